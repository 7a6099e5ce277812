/**
 * Why a message waits: read from the conversation's state, for the API. Pure.
 */
import type { WaitReason } from "../../../../shared/api/message-status.ts";
import { describeErrcode } from "../../../../shared/errcode.ts";
import type { ConversationState, OutboxItem, LastAttempt } from "../state.ts";

/** Why a message waits. */
export interface Waiting {
  readonly reason: WaitReason;
  /** What WeChat answered last, where it did; of `order`: to the message before it. */
  readonly errcode?: number;
  /** Not tried before, epoch ms; of `held`: given up then. Absent while an attempt of the message before it is under way. */
  readonly until?: number;
}

/** A message that waits. */
export interface WaitingMessage {
  /** The first part's row: the id of the whole message. */
  readonly message: number;
  readonly status: "queued" | "retrying" | "held";
  readonly waiting: Waiting;
}

/** Why an item of the queue waits; undefined while an attempt of it is under way. */
export function findWaiting(state: ConversationState, item: OutboxItem): Waiting | undefined {
  if (item.lease !== undefined) return undefined;
  // Those that wait to be sent again let others pass (`sendableItems`).
  const before = state.queue.slice(0, state.queue.indexOf(item)).find(({ resend }) => resend === 0);
  if (before !== undefined) return waitingBehind(before);
  const { lastAttempt, nextAt: until } = item;
  if (lastAttempt !== undefined) return { reason: waitReasonOf(lastAttempt), ...errcodeOf(lastAttempt), until };
  const underWay = state.queue.find(({ lease }) => lease !== undefined);
  return underWay === undefined ? { reason: "due", until } : waitingBehind(underWay);
}

/** Every message that waits: those on their way in order of sending, then those held, oldest first. */
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
  return { reason: "order", ...errcodeOf(first.lastAttempt), until: first.nextAt };
}

/** Whether it is the app's pause that a message waits for, by itself or behind another one. */
export function waitsForPause({ reason, errcode }: Waiting): boolean {
  return reason === "paused" || (reason === "order" && isPausing(errcode));
}

/**
 * The same with the end of a pause that was moved since the message met it.
 *
 * @param pauseEnd epoch ms; 0: the app is not paused
 * @returns the very object that was given when nothing changes
 */
export function untilPauseEnds(waiting: Waiting, pauseEnd: number): Waiting {
  const { until } = waiting;
  if (until === undefined || until >= pauseEnd || !waitsForPause(waiting)) return waiting;
  return { ...waiting, until: pauseEnd };
}

/** The reason an item waits for after an attempt. */
export function waitReasonOf({ reason, errcode, isAlone }: LastAttempt): WaitReason {
  if (reason === "paused" || reason === "no_token" || reason === "unconfirmed") return reason;
  // The message that caused the pause.
  return isPausing(errcode) && isAlone !== true ? "paused" : "retry";
}

function isPausing(errcode: number | undefined): boolean {
  return errcode !== undefined && describeErrcode(errcode).reach !== undefined;
}

function errcodeOf(last: LastAttempt | undefined): Pick<Waiting, "errcode"> {
  return last?.errcode === undefined ? {} : { errcode: last.errcode };
}
