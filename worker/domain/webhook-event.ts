/**
 * From the rows of the log to the events webhooks hear of: one table, one event id a row that stays the same over
 * retries and replays. Standard Webhooks' envelope: `{ type, timestamp, data }`.
 */
import { isUserMessage, type Inbound } from "../../shared/inbound.ts";
import { showAppEvent, type StoredAppEvent } from "./app-event.ts";
import type { RowDraft } from "./log.ts";
import { buildMessageId, parseMessageId, type MessageAddress } from "./message-id.ts";
import { showInbound, showRow, type ShownRow } from "./row-json.ts";

/** The types of events, in the order of the documentation. */
export const WEBHOOK_EVENTS = [
  "message.received",
  "user.entered",
  "event.received",
  "handover",
  "message.sent",
  "message.failed",
  "message.blocked",
  "message.unconfirmed",
  "app_event",
] as const;

/** The type of an event of the mini program as a whole: no row of a conversation makes one. */
export const APP_EVENT = "app_event";

/** A row of a hand-over makes two events. */
const HANDOVER = "-handover";

/** A type of event. */
export type WebhookEventType = (typeof WEBHOOK_EVENTS)[number];

/** Where the rows come from. */
export interface WebhookSource {
  readonly appid: string;
  readonly openid: string;
  /** The conversation's object, 64 hex digits. */
  readonly objectId: string;
}

/** What names an event: the object it comes from. */
type WebhookOrigin = Pick<WebhookSource, "objectId">;

/** An event as it is sent. */
export interface WebhookEvent {
  /** The header `webhook-id`. */
  readonly id: string;
  readonly type: WebhookEventType;
  /** The body, JSON. */
  readonly body: string;
}

/** What an event says. */
interface EventData {
  readonly appid: string;
  readonly openid: string;
  /** The row, as `GET /conversations/:openid/messages` shows it. */
  readonly row: ShownRow;
  /** The message an outcome is about: its `out` row. */
  readonly message?: ShownRow;
}

/** The types of events a row makes, in order; most rows about attempts make none. */
export function typesOf(row: RowDraft): readonly WebhookEventType[] {
  switch (row.kind) {
    case "in": {
      const received = typeOfPush(row.body.inbound);
      return row.body.answer === "transfer" ? [received, "handover"] : [received];
    }
    case "handed_over":
      return ["handover"];
    case "sent":
      return ["message.sent"];
    case "failed":
      return ["message.failed"];
    case "blocked":
      return ["message.blocked"];
    case "unconfirmed":
      return ["message.unconfirmed"];
    // On the way, nothing has come of it yet; `late` changes nothing.
    case "out":
    case "attempt":
    case "held":
    case "retry":
    case "late":
      return [];
  }
}

/**
 * An event of a row.
 *
 * @param type one of `typesOf(row)`
 * @param message the `out` row it speaks of, for outcomes, while it is still there
 */
export function toWebhookEvent(
  source: WebhookSource,
  row: RowDraft,
  type: WebhookEventType,
  message: RowDraft | undefined,
): WebhookEvent {
  const { appid, openid, objectId } = source;
  const data: EventData = {
    appid,
    openid,
    row: showRow(row, objectId),
    ...(message !== undefined && { message: showRow(message, objectId) }),
  };
  return {
    id: eventIdOf(source, row, type),
    type,
    body: JSON.stringify({ type, timestamp: new Date(row.at).toISOString(), data }),
  };
}

/** An event of the mini program as a whole, as `GET /events` shows it; `objectId` is the account's. */
export function toAppWebhookEvent(
  { appid, objectId }: Omit<WebhookSource, "openid">,
  event: StoredAppEvent,
): WebhookEvent {
  const shown = showAppEvent(event);
  return {
    id: eventIdOf({ objectId }, event, APP_EVENT),
    type: APP_EVENT,
    body: JSON.stringify({ type: APP_EVENT, timestamp: shown.at, data: { appid, event: shown } }),
  };
}

/** The header `webhook-id` of an event: the same for every repeat. */
export function eventIdOf({ objectId }: WebhookOrigin, { seq }: Pick<RowDraft, "seq">, type: WebhookEventType): string {
  const id = buildMessageId({ objectId, seq });
  return type === "handover" ? `${id}${HANDOVER}` : id;
}

/** Where the event with this `webhook-id` comes from; undefined when `eventIdOf` cannot have made it. */
export function parseEventId(id: string): MessageAddress | undefined {
  return parseMessageId(id.endsWith(HANDOVER) ? id.slice(0, -HANDOVER.length) : id);
}

/** The body of the question a rule with the action `webhook` asks. */
export function toWebhookQuestion(appid: string, ruleId: string, inbound: Inbound, now: number): string {
  const data = { appid, openid: inbound.openid, ruleId, inbound: showInbound(inbound) };
  return JSON.stringify({ type: "message.answer", timestamp: new Date(now).toISOString(), data });
}

function typeOfPush(inbound: Inbound): WebhookEventType {
  if (isUserMessage(inbound)) return "message.received";
  return inbound.kind === "user_enter_tempsession" ? "user.entered" : "event.received";
}
