/**
 * Converts rows of the log and account events to webhook events. The id of an event, one for each row and type, is the
 * same in retries and replays. The envelope of Standard Webhooks: `{ type, timestamp, data }`.
 */
import type { RowJson } from "../../../shared/api/rows.ts";
import {
  type WebhookEventType,
  type WebhookSource,
  eventIdOf,
  ACCOUNT_EVENT,
} from "../../../shared/api/webhook-events.ts";
import {
  showAccountEvent,
  type ShownAccountEvent,
  type StoredAccountEvent,
} from "../../../shared/message/account-event.ts";
import type { Address } from "../../../shared/message/address.ts";
import { hideId, maskId } from "../../../shared/text/mask-id.ts";
import type { Row, RowKinds } from "../../conversation/core/rows.ts";
import { showRow, toRowJson, type ShownRow } from "../../conversation/core/shown/row-json.ts";

/** An event ready to be sent. */
export interface WebhookEvent {
  /** The header `webhook-id`. */
  readonly id: string;
  readonly type: WebhookEventType;
  /** The body, JSON. */
  readonly body: string;
}

/** The data of an event. */
interface EventData extends Address {
  /** The conversation's id. */
  readonly conversation: string;
  /** The row, as returned by `GET /conversations/:id/messages`. */
  readonly row: ShownRow | RowJson;
  /** For an outcome: the `out` row of its message. */
  readonly message?: ShownRow | RowJson;
}

/** Returns the types of events for a row, in order; most rows about attempts have none. */
export function typesOf(row: Row): readonly WebhookEventType[] {
  switch (row.kind) {
    case "in": {
      const received = typeOfPush(row.facts);
      return row.facts.acknowledgement === "handover" ? [received, "conversation.handed_over"] : [received];
    }
    case "sent":
      return ["message.sent"];
    case "failed":
      return ["message.failed"];
    case "blocked":
      return ["message.blocked"];
    case "unconfirmed":
      return ["message.unconfirmed"];
    // These rows contain no final outcome, and a `late` row changes none.
    case "out":
    case "attempt":
    case "held":
    case "retry":
    case "late":
    // A note is for colleagues and must not reach a webhook.
    case "note":
      return [];
    case "session":
      return typesOfTransition(row.facts);
    case "rating":
      return ["session.rated"];
  }
}

/**
 * Returns the types of events for a row of a session. A row that opens a session also causes an event for its state,
 * queued or served; a session that returns to the queue causes `session.queued` again.
 */
function typesOfTransition({ action, status }: RowKinds["session"]["facts"]): readonly WebhookEventType[] {
  switch (action) {
    case "opened": {
      if (status === "queued") return ["session.opened", "session.queued"];
      return status === "serving" ? ["session.opened", "session.assigned"] : ["session.opened"];
    }
    case "queued":
    case "returned":
      return ["session.queued"];
    case "assigned":
      return ["session.assigned"];
    case "closed":
      return ["session.closed"];
    case "parked":
    case "unparked":
      return [];
  }
}

/**
 * Builds an event of a row.
 *
 * @param type one of `typesOf(row)`
 * @param message for outcomes: the `out` row of the message, while it is stored
 * @param mask masks a row for an endpoint with `mask`; when given, the user's id is masked as well, also within texts
 */
export function toWebhookEvent(
  source: WebhookSource,
  row: Row,
  type: WebhookEventType,
  message: Row | undefined,
  mask?: (row: RowJson) => RowJson,
): WebhookEvent {
  const { channel, account, user, objectId } = source;
  const show = (shown: Row) =>
    mask === undefined ? showRow(shown, objectId) : hideId(mask(toRowJson(shown, objectId)), user);
  const data: EventData = {
    conversation: objectId,
    channel,
    account,
    user: mask === undefined ? user : maskId(user),
    row: show(row),
    ...(message !== undefined && { message: show(message) }),
  };
  return {
    id: eventIdOf(source, row, type),
    type,
    body: JSON.stringify({ type, timestamp: new Date(row.at).toISOString(), data }),
  };
}

/**
 * Builds an event of an account as a whole, as returned by `GET /events`.
 *
 * @param objectId the account object's id
 * @param isMasked whether the endpoint has `mask`: the platform's fields and the damaged text are then left out, and
 *   the user's id is masked
 */
export function toAccountWebhookEvent(
  { channel, account, objectId }: Omit<WebhookSource, "user">,
  event: StoredAccountEvent,
  isMasked: boolean,
): WebhookEvent {
  const shown = isMasked ? maskAccountEvent(showAccountEvent(event)) : showAccountEvent(event);
  return {
    id: eventIdOf({ objectId }, event, ACCOUNT_EVENT),
    type: ACCOUNT_EVENT,
    body: JSON.stringify({ type: ACCOUNT_EVENT, timestamp: shown.at, data: { channel, account, event: shown } }),
  };
}

function maskAccountEvent({ damaged: _text, user, ...event }: ShownAccountEvent): ShownAccountEvent {
  return { ...event, user: user && maskId(user), fields: {} };
}

function typeOfPush({ event, type }: RowKinds["in"]["facts"]): WebhookEventType {
  if (event === "message") return "message.received";
  return event === "action" && type === "enter" ? "user.entered" : "event.received";
}
