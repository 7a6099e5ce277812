/** The events that webhooks receive, and the ids that name them. */
import type { Address } from "../message/address.ts";
import { buildMessageId, type MessageAddress, parseMessageId } from "../message/message-id.ts";

/** The types of events, in the order in which the documentation lists them. */
export const WEBHOOK_EVENTS = [
  "message.received",
  "user.entered",
  "event.received",
  "conversation.handed_over",
  "message.sent",
  "message.failed",
  "message.blocked",
  "message.unconfirmed",
  "session.opened",
  "session.queued",
  "session.assigned",
  "session.closed",
  "session.rated",
  "account.event",
] as const;

/** The type of an event of an account as a whole, which is not derived from a row of a conversation. */
export const ACCOUNT_EVENT = "account.event";

/**
 * Suffixes of event ids, by type. They are needed because a row with a handover, or one that opens a queued session,
 * causes two events.
 */
const SUFFIXES: Readonly<Partial<Record<WebhookEventType, string>>> = {
  "conversation.handed_over": "-handover",
  "session.queued": "-queued",
  "session.assigned": "-assigned",
};

/** A type of event. */
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** The conversation that rows belong to. */
export interface WebhookSource extends Address {
  /** The conversation's object, 64 hex digits. */
  readonly objectId: string;
}

/** The conversation whose id an event id begins with. */
type WebhookOrigin = Pick<WebhookSource, "objectId">;

/** Returns the value of the header `webhook-id`: the same for every repeat of an event. */
export function eventIdOf(
  { objectId }: WebhookOrigin,
  { seq }: Pick<MessageAddress, "seq">,
  type: WebhookEventType,
): string {
  return `${buildMessageId({ objectId, seq })}${SUFFIXES[type] ?? ""}`;
}

/** Returns the row that a `webhook-id` names; undefined when `eventIdOf` cannot have made the id. */
export function parseEventId(id: string): MessageAddress | undefined {
  const suffix = Object.values(SUFFIXES).find((known) => id.endsWith(known)) ?? "";
  return parseMessageId(id.slice(0, id.length - suffix.length));
}
