/** Converts messages and windows to the form returned by the API. */
import { isoTime, type MessageJson, type WaitingJson, type WindowJson } from "../../../shared/api/schemas.ts";
import { buildMessageId } from "../../../shared/message/message-id.ts";
import type { MessageProgress, PartState } from "../core/outbox/message-status.ts";
import { untilPauseEnds, type Waiting, type WaitingMessage } from "../core/outbox/waiting.ts";
import type { WindowStatus } from "../core/window.ts";

/**
 * Builds the JSON of a message: its status and, when it was split, the status of each part.
 *
 * @param pauseEnd when the app's pause ends, epoch ms; 0: unknown, or not paused
 */
export function toMessageJson(message: MessageProgress, objectId: string, pauseEnd = 0): MessageJson {
  const { seq, status, parts } = message;
  // A message takes the status of its worst part, so it also takes that part's reason.
  const worst = parts.find((part) => part.status === status);
  const split = parts.map((part) => ({ part: part.part, state: part.status, ...outcomeOf(part, pauseEnd) }));
  return {
    id: buildMessageId({ objectId, seq }),
    state: status,
    ...(worst === undefined ? {} : outcomeOf(worst, pauseEnd)),
    ...(parts.length > 1 ? { parts: split } : {}),
  };
}

/** Builds the JSON of the reply window. */
export function toWindowJson(window: WindowStatus): WindowJson {
  const { status, grant, remaining, expiresAt, doubtful } = window;
  return { status, grant, remaining, expiresAt: expiresAt === null ? null : isoTime(expiresAt), doubtful };
}

/** Builds the JSON of a message that is waiting. */
export function toWaitingMessageJson({ message, status, waiting }: WaitingMessage, objectId: string, pauseEnd: number) {
  return { id: buildMessageId({ objectId, seq: message }), state: status, waiting: toWaitingJson(waiting, pauseEnd) };
}

function toWaitingJson(waiting: Waiting, pauseEnd: number): WaitingJson {
  const { reason, code, until } = untilPauseEnds(waiting, pauseEnd);
  return { reason, ...(code !== undefined && { code }), ...(until !== undefined && { until: isoTime(until) }) };
}

function outcomeOf(
  { reason, code, waiting }: PartState,
  pauseEnd: number,
): Pick<MessageJson, "reason" | "code" | "waiting"> {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(code === undefined ? {} : { code }),
    ...(waiting === undefined ? {} : { waiting: toWaitingJson(waiting, pauseEnd) }),
  };
}
