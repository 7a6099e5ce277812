/**
 * When a conversation must wake by itself: pure, so that "is anything forgotten?" is a question to a function.
 */
import { nextCursorDue } from "./consumer-cursor.ts";
import { sendableItems, type ConversationState } from "./state.ts";

/** Old rows go in batches once a day at most, milliseconds. */
export const PRUNE_SLACK_MS = 86_400_000;

/**
 * The next time something is due.
 *
 * @param state the folded state
 * @param oldest the seq (a time) of the oldest row, or undefined when there is none
 * @param retentionMs how long rows are kept
 * @param webhooks whether webhooks can be delivered: without a secret they wait
 * @returns epoch ms, or undefined when there is nothing to wake for
 */
export function nextDue(
  state: ConversationState,
  oldest: number | undefined,
  retentionMs: number,
  webhooks = true,
): number | undefined {
  let due = (webhooks ? nextCursorDue(state.webhooks, state.lastSeq) : undefined) ?? Number.POSITIVE_INFINITY;
  // What waits behind an attempt or a retry is not due, however long ago it was queued: waking for it would spin.
  for (const { lease } of state.queue) due = Math.min(due, lease?.endsAt ?? due);
  for (const { nextAt } of sendableItems(state.queue)) due = Math.min(due, nextAt);
  for (const { until } of state.held) due = Math.min(due, until);
  // Nothing goes while the oldest record waits to be sent: waking for it would spin.
  const prunable = oldest !== undefined && waitingSeqs(state).every((seq) => oldest < seq);
  if (prunable) due = Math.min(due, oldest + retentionMs + PRUNE_SLACK_MS);
  return due === Number.POSITIVE_INFINITY ? undefined : due;
}

/**
 * The seq before which rows are deleted: 0 for none, infinity when all are over and the conversation goes with them.
 *
 * @param oldest the seq (a time) of the oldest row, or undefined when there is none
 * @param horizon rows written before it are over, epoch ms
 */
export function pruneUntil(state: ConversationState, oldest: number | undefined, horizon: number): number {
  if (oldest === undefined || oldest >= horizon) return 0;
  const waiting = waitingSeqs(state);
  if (state.lastSeq < horizon && waiting.length === 0) return Number.POSITIVE_INFINITY;
  // The newest record carries the state, and what waits to be sent is read from its row: they stay.
  return Math.min(horizon, state.lastSeq, ...waiting);
}

/** The rows that are still needed to send what waits. */
export function waitingSeqs(state: ConversationState): readonly number[] {
  return [...state.queue.map(({ seq }) => seq), ...state.held.map(({ message }) => message)];
}

/** Whether the alarm must be set anew: it has fired, or something is due before it. */
export function mustArm(due: number | undefined, armedFor: number, now: number): due is number {
  return due !== undefined && (armedFor <= now || due < armedFor);
}
