/** Provides workers and other objects with stubs of the `Desk` object. */
import { timedStub, type LocationHint } from "../platform/object-call.ts";
import type { DeskRpc } from "./rpc.ts";

/** Timeout of a call of the desk object, milliseconds; longer than its own call of a conversation. */
const DESK_CALL_MS = 10_000;

/** The part of the object namespace that is used. */
export interface DeskNamespace {
  getByName(name: string, options: { readonly locationHint: LocationHint }): object;
}

/** Returns the name of the object: there is one per deployment. */
export function deskName(): string {
  return "desk";
}

/** Returns a new stub of the object; each call ends after `DESK_CALL_MS`. */
export function deskStub(namespace: DeskNamespace, locationHint: LocationHint): DeskRpc {
  const stub: unknown = timedStub(namespace.getByName(deskName(), { locationHint }), DESK_CALL_MS);
  return stub as DeskRpc;
}
