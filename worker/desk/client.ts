/** Provides workers and other objects with stubs of the `Desk` object. */
import { formatAccount, type Address } from "../../shared/message/address.ts";
import { tailOf } from "../../shared/text/mask-id.ts";
import { timedStub, type LocationHint } from "../platform/object-call.ts";
import type { DeskContact, DeskRpc } from "./rpc.ts";

/** Timeout of a call of the desk object, milliseconds; longer than the desk's call of a conversation. */
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

/** Returns the user of a conversation as the desk stores it. */
export function toDeskContact(address: Address): DeskContact {
  return { account: formatAccount(address), tail: tailOf(address.user) };
}

/** The internal headers that name the agent and the sign-in of a page; a page's own headers are never passed on. */
export const [AGENT_HEADER, SIGN_IN_HEADER] = ["x-kefu-agent", "x-kefu-sign-in"] as const;

/** A page that connects: the agent, and the id of the agent's sign-in. */
export interface ConnectingPage {
  readonly agent: string;
  readonly signIn: string;
}

/**
 * Opens the WebSocket of a page.
 *
 * @returns the response with the socket, which the caller returns to the page
 */
export function connectPage(
  namespace: DeskNamespace,
  locationHint: LocationHint,
  { agent, signIn }: ConnectingPage,
): Promise<Response> {
  const stub: unknown = timedStub(namespace.getByName(deskName(), { locationHint }), DESK_CALL_MS);
  const headers = { upgrade: "websocket", [AGENT_HEADER]: agent, [SIGN_IN_HEADER]: signIn };
  return (stub as Pick<Fetcher, "fetch">).fetch("https://desk/socket", { headers });
}
