/** The events that webhooks receive, and the ids that name them. */
import type { Address } from "../message/address.ts";
import { buildMessageId, type MessageAddress, parseMessageId } from "../message/message-id.ts";

/** The types of events, in the order of the documentation. */
export const WEBHOOK_EVENTS = [
  "message.received",
  "user.entered",
  "event.received",
  "conversation.handed_over",
  "message.sent",
  "message.failed",
  "message.blocked",
  "message.unconfirmed",
  "account.event",
] as const;

/** The type of an event of an account as a whole: it comes from no row of a conversation. */
export const ACCOUNT_EVENT = "account.event";

/** A row of a handover makes two events. */
const HANDOVER = "-handover";

/** A type of event. */
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** The origin of the rows. */
export interface WebhookSource extends Address {
  /** The conversation's object, 64 hex digits. */
  readonly objectId: string;
}

/** The origin of an event: the object it comes from. */
type WebhookOrigin = Pick<WebhookSource, "objectId">;

/** The header `webhook-id` of an event: the same for every repeat. */
export function eventIdOf(
  { objectId }: WebhookOrigin,
  { seq }: Pick<MessageAddress, "seq">,
  type: WebhookEventType,
): string {
  const id = buildMessageId({ objectId, seq });
  return type === "conversation.handed_over" ? `${id}${HANDOVER}` : id;
}

/** The origin of the event with this `webhook-id`; undefined when `eventIdOf` cannot have made it. */
export function parseEventId(id: string): MessageAddress | undefined {
  return parseMessageId(id.endsWith(HANDOVER) ? id.slice(0, -HANDOVER.length) : id);
}
