/** Computes when a conversation's alarm is due. Pure, so that tests can check that no due time is missed. */
import { DESK_CURSOR, nextCursorDue, PICTURES_CURSOR, type ConsumerCursors } from "./consumer-cursor.ts";
import { pictureRetention } from "./pictures.ts";
import { sendableItems, type ConversationState } from "./state.ts";

/** Minimum interval between two deletions of old rows, milliseconds. */
export const PRUNE_SLACK_MS = 86_400_000;

/**
 * How long after its last row the desk watches a conversation with an open session, milliseconds: the desk then reads
 * it (`WATCH_MS` in the desk's wants), which sets the alarm for the deletion of old rows. Shorter than the desk's delay,
 * so that an alarm that runs at about that time sets itself.
 */
const WATCHED_MS = 23 * 3_600_000;

/**
 * Returns whether the desk will read the conversation, so that no alarm is needed for the deletion of old rows: the desk
 * has stored the open session at the newest row. Otherwise each message would write two alarms, its own and this one.
 *
 * @param consumers the cursors of consumers that can be delivered to
 */
export function isWatched({ sessions, lastSeq }: ConversationState, consumers: ConsumerCursors, now: number): boolean {
  const status = sessions?.open?.status;
  const isStored = (status === "queued" || status === "serving") && consumers[DESK_CURSOR]?.after === lastSeq;
  // A seq is a time; it is another one when the clock was set back.
  return isStored && Math.abs(now - lastSeq) < WATCHED_MS;
}

/**
 * Returns the next time at which something is due.
 *
 * @param state the folded state
 * @param oldest the seq (a time) of the oldest row, or undefined when there is none
 * @param retentionMs how long rows are kept, milliseconds
 * @param consumers the cursors of consumers that can be delivered to
 * @param isWatchedByDesk whether the deletion of old rows needs no alarm (`isWatched`)
 * @returns epoch ms, or undefined when no alarm is needed
 */
export function nextDue(
  state: ConversationState,
  oldest: number | undefined,
  retentionMs: number,
  consumers: ConsumerCursors = state.consumers,
  isWatchedByDesk = false,
): number | undefined {
  let due = nextCursorDue(consumers, state.lastSeq) ?? Number.POSITIVE_INFINITY;
  const { oldest: picture, failedDeletion } = consumers[PICTURES_CURSOR] ?? {};
  if (picture !== undefined) {
    // Retention may have been raised since the failed deletion: no picture is deleted before the new time.
    const expiresAt = picture + pictureRetention(retentionMs) + PRUNE_SLACK_MS;
    due = Math.min(due, Math.max(expiresAt, failedDeletion?.nextAt ?? 0));
  }
  // A message that waits for an attempt or a retry is never due because of its age, as an alarm for it would loop.
  for (const { lease } of state.queue) due = Math.min(due, lease?.endsAt ?? due);
  for (const { nextAt } of sendableItems(state.queue)) due = Math.min(due, nextAt);
  for (const { until } of state.held) due = Math.min(due, until);
  // No row is deleted while the oldest record contains a waiting message, so an alarm for the deletion would loop.
  const prunable = !isWatchedByDesk && oldest !== undefined && waitingSeqs(state).every((seq) => oldest < seq);
  if (prunable) due = Math.min(due, oldest + retentionMs + PRUNE_SLACK_MS);
  return due === Number.POSITIVE_INFINITY ? undefined : due;
}

/**
 * Returns the seq before which rows are deleted: 0 for none; infinity when all have expired and the conversation is
 * deleted with them.
 *
 * @param oldest the seq (a time) of the oldest row, or undefined when there is none
 * @param horizon rows written before this time have expired, epoch ms
 */
export function pruneUntil(state: ConversationState, oldest: number | undefined, horizon: number): number {
  if (oldest === undefined || oldest >= horizon) return 0;
  const waiting = waitingSeqs(state);
  if (state.lastSeq < horizon && waiting.length === 0) return Number.POSITIVE_INFINITY;
  // The newest record contains the state, and waiting messages are read from their rows, so these records are kept.
  return Math.min(horizon, state.lastSeq, ...waiting);
}

/** Returns the seqs of the rows that are needed to send the waiting messages. */
export function waitingSeqs(state: ConversationState): readonly number[] {
  return [...state.queue.map(({ seq }) => seq), ...state.held.map(({ message }) => message)];
}

/** Returns whether the alarm must be set again, because it has run or something is due before its time. */
export function mustArm(due: number | undefined, armedFor: number, now: number): due is number {
  return due !== undefined && (armedFor <= now || due < armedFor);
}
