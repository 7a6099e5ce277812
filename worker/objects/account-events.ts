/**
 * The app-wide events of one account: stored once each, read by a cursor (docs/design/0007-scopes.md). It decides and
 * writes in one turn: nothing here waits.
 */
import { repeatsSince, type StoredAppEvent } from "../domain/app-event.ts";
import type { Inbound, PushHead } from "../../shared/inbound.ts";
import type { AccountStore } from "./account-store.ts";

/** Events that are kept. */
const MAX_EVENTS = 5_000;
/** The largest page, UTF-16 units of JSON: an event has up to some 100 KB, and an answer must stay below the RPC's 32 MiB. */
const MAX_PAGE_LENGTH = 1_000_000;

/** An event as its account keeps it. */
export interface KeptAppEvent extends StoredAppEvent {
  readonly key: string;
}

/** The same as it crosses the RPC boundary: typed by its head, since the recursive type is too deep for the types of RPC. */
export interface AppEvent extends Omit<KeptAppEvent, "inbound"> {
  readonly inbound: PushHead & { readonly kind: Inbound["kind"] };
}

/** The part of the account's storage that is used. */
type EventStore = Pick<AccountStore, "findEvent" | "addEvent" | "events">;

/**
 * Stores an event.
 *
 * @param key the same for every delivery of the event
 * @param inbound `createdAt` 0: it came without CreateTime, and the key is made of its content alone
 * @param now when it arrived, epoch ms
 * @param keptMs how long events are kept, milliseconds
 * @returns whether it is new; a repeat, and one older than what is kept, is not
 */
export function addAppEvent(store: EventStore, key: string, inbound: Inbound, now: number, keptMs: number): boolean {
  const createdAt = inbound.createdAt === 0 ? now : inbound.createdAt;
  if (createdAt < now - keptMs) return false;
  if (store.findEvent(key, repeatsSince(inbound.createdAt, now)) !== undefined) return false;
  store.addEvent({ at: now, key, body: JSON.stringify({ ...inbound, createdAt }) }, MAX_EVENTS);
  return true;
}

/** Events after a cursor, oldest first: at most `limit` (1 to 5000), and no more than a page may be long, but one. */
export function readAppEvents(store: EventStore, after: number, limit: number): readonly KeptAppEvent[] {
  const clamped = Math.min(Math.max(Math.trunc(limit), 0), MAX_EVENTS);
  return store.events(after, clamped, MAX_PAGE_LENGTH).map(({ seq, at, key, body }) => {
    // Written by addAppEvent above.
    const inbound: Inbound = JSON.parse(body);
    return { seq, at, key, inbound };
  });
}
