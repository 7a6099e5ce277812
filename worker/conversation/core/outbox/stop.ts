/**
 * Decides what happens to a queued message that may not be sent now or was refused: it is held again, retried or
 * blocked. Pure.
 */
import type { BlockedReason, RowKinds, RowWriter } from "../rows.ts";
import type { ConversationState, OutboxItem } from "../state.ts";
import { coveredUntil, type WindowCorrection } from "../window.ts";
import { type TransitionContext, ownerOf, removeMessage, replaceItem, removeItem, release } from "./items.ts";
import { MAX_TRIES } from "./retry.ts";

/** Why a message that may not be sent now leaves the queue. */
interface Stop {
  readonly reason: BlockedReason;
  /** The attempt that WeChat refused because of the window; absent when the message may not be sent by our own record. */
  readonly rejected?: { readonly attempt: number; readonly code: string; readonly reaction: WindowCorrection };
}

/**
 * Handles a queued message that may not be sent, or that WeChat's window refused; no other function decides this. A
 * message that may be held is retried (`tryOrHold`) or waits for the user's next message until its hold expires; any
 * other is blocked.
 */
export function blockOrHold(
  state: ConversationState,
  writer: RowWriter,
  item: OutboxItem,
  stop: Stop,
  context: TransitionContext,
): ConversationState {
  if (isHoldable(item, context.now)) return tryOrHold(state, writer, item, stop, context);
  if (item.holdUntil === undefined || item.seq !== item.message) return block(state, writer, item, stop);
  // One row for the whole message, as for a held message whose time has expired.
  writer.append({ kind: "blocked", ref: item.seq, facts: { ...factsOf(stop), reason: "hold_expired" } });
  return removeMessage(state, item.message).state;
}

/**
 * Returns whether a message may wait for the user's next message. After its first part was sent it may not, because the
 * remaining parts would arrive separately.
 */
export function isHoldable({ seq, message, holdUntil = 0 }: OutboxItem, now: number): boolean {
  return seq === message && holdUntil > now;
}

/**
 * Retries a message at once when WeChat refused it because of the reply window, an event after that attempt has opened a
 * new one, and fewer than `MAX_TRIES` attempts have failed, this one included. Otherwise holds it.
 */
function tryOrHold(
  state: ConversationState,
  writer: RowWriter,
  item: OutboxItem,
  { reason, rejected }: Stop,
  { now, rules }: TransitionContext,
): ConversationState {
  const failed = item.tries.failed + 1;
  const mayTry = failed < MAX_TRIES && coveredUntil(state.window, rules, now) !== undefined;
  if (!mayTry || rejected === undefined) return returnToHeld(state, writer, item);
  const { attempt, code, reaction } = rejected;
  writer.append({ kind: "retry", ref: item.seq, facts: { attempt, reason, code, retryAt: now } });
  const { lease: _over, ...waiting } = item;
  return replaceItem(state, {
    ...waiting,
    tries: { ...item.tries, failed },
    nextAt: now,
    lastAttempt: { reason, code, reaction },
  });
}

/** Moves a message from the queue back to the held list, in the order in which the messages were written. */
export function returnToHeld(state: ConversationState, writer: RowWriter, item: OutboxItem): ConversationState {
  const { message, attempt, holdUntil: until = 0 } = item;
  writer.append({ kind: "held", ref: message, facts: { until } });
  const { state: left, parts } = removeMessage(state, message);
  const held = [...left.held, { message, parts, ...ownerOf(item), until, attempt }];
  return { ...left, held: held.toSorted((a, b) => a.message - b.message) };
}

/** Blocks a message from this part on. */
export function block(state: ConversationState, writer: RowWriter, item: OutboxItem, stop: Stop): ConversationState {
  writer.append({ kind: "blocked", ref: item.seq, facts: factsOf(stop) });
  return dropMessage(state, writer, item);
}

function factsOf({ reason, rejected }: Stop): RowKinds["blocked"]["facts"] {
  return { reason, ...(rejected && { attempt: rejected.attempt, code: rejected.code }) };
}

/** Drops an item that will not be sent: releases its reserved send and blocks the parts after it. */
export function dropMessage(state: ConversationState, writer: RowWriter, item: OutboxItem): ConversationState {
  const stopped = state.queue.filter((other) => other.message === item.message && other.seq > item.seq);
  for (const part of stopped) writer.append({ kind: "blocked", ref: part.seq, facts: { reason: "part_failed" } });
  return [item, ...stopped].reduce((folded, part) => removeItem(release(folded, part), part.seq), state);
}
