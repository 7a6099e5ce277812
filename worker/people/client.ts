/** Provides workers with stubs of the `Login` objects. */
import { timedStub, type LocationHint } from "../platform/object-call.ts";
import type { LoginRpc } from "./rpc.ts";

/**
 * Timeout of a call of a login object, milliseconds. A sign-in takes about 130 ms of CPU, and others may be queued
 * before it.
 */
const LOGIN_CALL_MS = 5_000;

/** The part of the object namespace that is used. */
export interface LoginNamespace {
  getByName(name: string, options: { readonly locationHint: LocationHint }): object;
}

/**
 * Returns a new stub of the login of an agent; each call ends after `LOGIN_CALL_MS`.
 *
 * @param agent the agent's id, or the result of `decoyName`
 */
export function loginStub(namespace: LoginNamespace, agent: string, locationHint: LocationHint): LoginRpc {
  const stub: unknown = timedStub(namespace.getByName(agent, { locationHint }), LOGIN_CALL_MS);
  return stub as LoginRpc;
}

/**
 * Returns the name of the object that is called for an unknown agent name, so that the answer takes as long as for an
 * existing agent. There are 256 such objects, so that unknown names neither create objects without limit nor wait for
 * each other.
 *
 * @param hash a hash of the name, hex
 */
export function decoyName(hash: string): string {
  return `decoy-${hash.slice(0, 2)}`;
}
