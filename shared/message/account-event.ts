/**
 * Events of the mini program as a whole, and events with an unknown name: the account object stores them, the API lists
 * them, webhooks and the team's `onEvent` receive them. Pure: time is an argument (docs/design/0007-scopes.md).
 */
import {
  scopeOf,
  wireNameOf,
  type EVENT_SCOPES,
  type Inbound,
  type PushEvent,
  type UnknownMessage,
  type WireFields,
} from "./inbound.ts";

/** The names of the events about the app as a whole. */
type AppEventName = {
  [K in keyof typeof EVENT_SCOPES]: (typeof EVENT_SCOPES)[K] extends "app" ? K : never;
}[keyof typeof EVENT_SCOPES];

/**
 * An event of the app as a whole, or one with an unknown name: then `type` is `event:` and the name. `raw` has all its
 * fields.
 */
export type AccountEvent = Extract<PushEvent, { readonly kind: AppEventName }> | UnknownMessage;

/** An event as it was stored. */
export interface StoredAppEvent {
  /** Order and cursor: grows with every event. */
  readonly seq: number;
  /** When it was stored, epoch ms. */
  readonly at: number;
  readonly inbound: Inbound;
}

/** An event as the REST API and webhooks return it. */
export interface ShownAppEvent {
  readonly seq: number;
  /** When it was stored, ISO 8601. */
  readonly at: string;
  /** `Event`; MsgType of a message without MsgId whose kind is unknown. */
  readonly name: string;
  /** The user it is about, or the platform's own push user; null when there is none. */
  readonly openid: string | null;
  /** CreateTime, ISO 8601; the time of arrival when it has none. */
  readonly createdAt: string;
  /**
   * All its fields by their names on the wire, every scalar as a text; for a damaged event the fields that could be
   * read.
   */
  readonly fields: WireFields;
  /** For a damaged event: the original, or the part that is not in `fields`. */
  readonly damaged?: string;
}

/** Whether a push is an event of the app as a whole. */
export function isAppEvent(inbound: Inbound): inbound is AccountEvent {
  return scopeOf(inbound) === "app";
}

/** Builds the JSON of an event. */
export function showAppEvent({ seq, at, inbound }: StoredAppEvent): ShownAppEvent {
  const { openid, createdAt } = inbound;
  return {
    seq,
    at: new Date(at).toISOString(),
    name: wireNameOf(inbound),
    openid: openid === "" ? null : openid,
    createdAt: new Date(createdAt).toISOString(),
    fields: "raw" in inbound ? inbound.raw : {},
    ...("damaged" in inbound && { damaged: inbound.damaged }),
  };
}
