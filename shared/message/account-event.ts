/**
 * Events of an account as a whole, and events with an unknown name: the account object stores them, the API lists
 * them, webhooks and the team's `onEvent` receive them. Pure (docs/design/0007-scopes.md).
 */
import { scopeOf, type AccountEvent, type InboundEvent } from "./inbound.ts";
import { readRaw, type RawFields } from "./raw.ts";

/** An event of an account. */
export interface OwnedAccountEvent {
  /** The user the event is about, or the platform's own push account; "" when there is none. */
  readonly user: string;
  readonly event: AccountEvent;
}

/** An event as it was stored. */
export interface StoredAccountEvent extends OwnedAccountEvent {
  /** Order and cursor: increases with every event. */
  readonly seq: number;
  /** When it was stored, epoch ms. */
  readonly at: number;
}

/** An event as the REST API and webhooks return it. */
export interface ShownAccountEvent {
  readonly seq: number;
  /** When it was stored, ISO 8601. */
  readonly at: string;
  /** `Event`; MsgType of a message without MsgId whose type is unknown. */
  readonly name: string;
  /** The user the event is about, or the platform's own push account; null when there is none. */
  readonly user: string | null;
  /** CreateTime, ISO 8601; the time of arrival when the event has none. */
  readonly createdAt: string;
  /**
   * All fields under the platform's names, every scalar as text; for a damaged event the fields that could be parsed.
   */
  readonly fields: RawFields;
  /** For a damaged event: the original, or the part that is not in `fields`. */
  readonly damaged?: string;
}

/** Returns whether an event concerns the account as a whole. */
export function isAccountEvent(inbound: InboundEvent): inbound is AccountEvent {
  return scopeOf(inbound) === "account";
}

/** Builds the JSON of an event. */
export function showAccountEvent({ seq, at, user, event }: StoredAccountEvent): ShownAccountEvent {
  const { name, createdAt, raw, damaged } = event;
  return {
    seq,
    at: new Date(at).toISOString(),
    name,
    user: user === "" ? null : user,
    createdAt: new Date(createdAt).toISOString(),
    fields: readRaw(raw),
    ...(damaged !== undefined && { damaged }),
  };
}
