/** Computes why a message is waiting, from the conversation's state, for the API. Pure. */
import type { WaitReason } from "../../../../shared/api/message-status.ts";
import { isPauseReaction } from "../../../../shared/message/delivery.ts";
import type { ConversationState, OutboxItem, LastAttempt } from "../state.ts";

/** Why a message waits, and until when. */
export interface Waiting {
  readonly reason: WaitReason;
  /** The last error code of WeChat, if any; for `order`, that of the message before it. */
  readonly code?: string;
  /** For `order`: the message before it waits for the end of a pause. Not shown by the API. */
  readonly isBehindPause?: true;
  /**
   * Epoch ms. Earliest time of the next attempt; for `held`, when the hold expires and the message becomes `blocked`.
   * Absent while the message before it is being sent.
   */
  readonly until?: number;
}

/** A message that waits to be sent, with the reason. */
export interface WaitingMessage {
  /** The seq of the first part's row, which identifies the whole message. */
  readonly message: number;
  readonly status: "queued" | "retrying" | "held";
  readonly waiting: Waiting;
}

/** Returns why an item of the queue is waiting; undefined while an attempt is under way. */
export function findWaiting(state: ConversationState, item: OutboxItem): Waiting | undefined {
  if (item.lease !== undefined) return undefined;
  // Messages that wait for a resend do not delay later ones (`sendableItems`).
  const before = state.queue.slice(0, state.queue.indexOf(item)).find(({ resend }) => resend === 0);
  if (before !== undefined) return waitingBehind(before);
  const { lastAttempt, nextAt: until } = item;
  if (lastAttempt !== undefined) return { reason: waitReasonOf(lastAttempt), ...codeOf(lastAttempt), until };
  const underWay = state.queue.find(({ lease }) => lease !== undefined);
  return underWay === undefined ? { reason: "due", until } : waitingBehind(underWay);
}

/** Returns every waiting message: the queued ones in sending order, then the held ones, oldest first. */
export function waitingMessages(state: ConversationState): readonly WaitingMessage[] {
  const { queue, held } = state;
  const firsts = queue.filter(
    (item, index) => item.lease === undefined && queue.findIndex((other) => other.message === item.message) === index,
  );
  return [
    ...firsts.flatMap((item): WaitingMessage[] => {
      const waiting = findWaiting(state, item);
      const status = item.attempt > 0 ? "retrying" : "queued";
      return waiting === undefined ? [] : [{ message: item.message, status, waiting }];
    }),
    ...held.map(({ message, until }): WaitingMessage => {
      return { message, status: "held", waiting: { reason: "held", until } };
    }),
  ];
}

function waitingBehind(first: OutboxItem): Waiting {
  if (first.lease !== undefined) return { reason: "order" };
  const { lastAttempt, nextAt: until } = first;
  const isBehindPause = lastAttempt !== undefined && isPausing(lastAttempt);
  return { reason: "order", ...codeOf(lastAttempt), ...(isBehindPause && { isBehindPause }), until };
}

/** Returns whether a message waits for a pause of the app, directly or because a message before it does. */
export function waitsForPause({ reason, isBehindPause }: Waiting): boolean {
  return reason === "paused" || isBehindPause === true;
}

/**
 * Returns `waiting` with the current end of the pause as its time, if the pause was extended since the message was
 * refused.
 *
 * @param pauseEnd epoch ms; 0: the app is not paused
 * @returns the same object when nothing changes
 */
export function untilPauseEnds(waiting: Waiting, pauseEnd: number): Waiting {
  const { until } = waiting;
  if (until === undefined || until >= pauseEnd || !waitsForPause(waiting)) return waiting;
  return { ...waiting, until: pauseEnd };
}

/** Returns the reason why an item waits after an attempt. */
export function waitReasonOf(last: LastAttempt): WaitReason {
  const { reason, isAlone } = last;
  if (reason === "no_token" || reason === "unconfirmed") return reason;
  return isPausing(last) && isAlone !== true ? "paused" : "retry";
}

/** Returns whether the attempt was prevented by a pause, or refused with a code that pauses. */
function isPausing({ reason, reaction }: LastAttempt): boolean {
  return reason === "paused" || (reaction !== undefined && isPauseReaction(reaction));
}

function codeOf(last: LastAttempt | undefined): Pick<Waiting, "code"> {
  return last?.code === undefined ? {} : { code: last.code };
}
