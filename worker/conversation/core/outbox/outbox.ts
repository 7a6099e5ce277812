/**
 * The outbox: messages to one user, in order, one attempt at a time. Pure transitions from state to state; rows are
 * written through the `RowWriter`. Order and leases: docs/design/0002-object-decides-worker-carries.md; messages that
 * cannot be sent now: `held.ts` and `stop.ts`.
 *
 * An attempt is a lease: its holder must settle it before the lease ends. An attempt that is not settled by then is
 * `unconfirmed`: it is unknown whether the request was sent.
 */
import type { AttemptOutcome } from "../../../../shared/message/delivery.ts";
import { SOURCES } from "../../../../shared/message/source.ts";
import { mayResend, sendableUntil } from "../admission.ts";
import { correctTimes } from "../plausible-times.ts";
import type { RowWriter } from "../rows.ts";
import { LEASE_MS, sendableItems, type ConversationState, type OutboxItem, type OutboxLease } from "../state.ts";
import { reserve, correctWindow, settleUse } from "../window.ts";
import {
  newItem,
  release,
  removeItem,
  replaceItem,
  appendParts,
  senderOf,
  type OutgoingMessage,
  type TransitionContext,
} from "./items.ts";
import { planRetry, backoffMs, type Decision } from "./retry.ts";
import { blockOrHold, isHoldable, returnToHeld, dropMessage } from "./stop.ts";

export { LEASE_MS } from "../state.ts";
export type { OutgoingMessage, TransitionContext } from "./items.ts";

/** One attempt that a lease holder may make. */
export interface Lease {
  readonly seq: number;
  readonly attempt: number;
  /** The request must have ended by this time, epoch ms. */
  readonly deadline: number;
  /** The lease holder. */
  readonly holder: string;
}

/** How long before the end of its lease a request is aborted, milliseconds: leaves time to report the outcome. */
export const SETTLE_MARGIN_MS = 2_000;
/** Back-off before an unconfirmed message is sent again, milliseconds. */
const RESEND_BACKOFF = { baseMs: 8_000, capMs: 8_000 };

/** Reserves a send in the window for every part and queues the parts. Call `findRefusal` first (`admission.ts`). */
export function enqueue(
  state: ConversationState,
  writer: RowWriter,
  draft: OutgoingMessage,
  context: TransitionContext,
): { readonly state: ConversationState; readonly message: number } {
  const seqs = appendParts(writer, draft, state.replyContext);
  const message = seqs[0] ?? 0;
  const sender = senderOf(draft);
  const { holdUntil, serviceText, answers } = draft;
  const mayRepeat = SOURCES[sender.source].isAutomatic && serviceText === undefined && context.unconfirmedRetries === 1;
  const more = { mayRepeat, ...(holdUntil !== undefined && { holdUntil }), ...(answers !== undefined && { answers }) };
  const items = seqs.map((seq) => ({ ...newItem(seq, message, sender, context), ...more }));
  const window = reserve(state.window, seqs, 0);
  return { state: { ...state, window, queue: [...state.queue, ...items] }, message };
}

/** Marks attempts whose lease ended without an outcome as unconfirmed. */
export function expireLeases(
  state: ConversationState,
  writer: RowWriter,
  context: TransitionContext,
): ConversationState {
  const expired = state.queue
    .filter((item) => item.lease !== undefined && item.lease.endsAt <= context.now)
    .reduce((folded, item) => markUnconfirmed(folded, writer, item, "lease_ended", context), state);
  return follow(state, expired, writer, context);
}

/** Updates the session after messages left the queue. */
function follow(
  before: ConversationState,
  after: ConversationState,
  writer: RowWriter,
  { service, now }: TransitionContext,
): ConversationState {
  return service === undefined || after === before
    ? after
    : service.machine.follow(before, after, writer, service, now);
}

/**
 * Starts the next attempt, if one is due and none is under way. Messages that the window, the control or the session no
 * longer allows are removed from the queue: they are blocked, or held again.
 *
 * @param holder the lease holder. Idempotent: a repeated call with the same holder returns the lease it already holds,
 * and the state unchanged
 */
export function leaseNext(
  before: ConversationState,
  writer: RowWriter,
  context: TransitionContext,
  holder: string,
): { readonly state: ConversationState; readonly lease?: Lease } {
  const plausible = correctTimes(before, context.now, context.rules);
  const mine = leaseOf(plausible, holder, context.now);
  if (mine !== undefined) return { state: before, lease: mine };
  const state = context.service?.machine.dropRefused(plausible, writer, context) ?? plausible;
  const item = sendableItems(state.queue).find(({ nextAt }) => nextAt <= context.now);
  if (item === undefined) return { state };
  const until = sendableUntil(state, item, context);
  if (typeof until === "string") {
    const stopped = blockOrHold(state, writer, item, { reason: until }, context);
    return leaseNext(follow(state, stopped, writer, context), writer, context, holder);
  }
  const endsAt = context.now + LEASE_MS;
  const lease = { holder, startedAt: context.now, endsAt, deadline: Math.min(until, endsAt - SETTLE_MARGIN_MS) };
  const started = { ...item, attempt: item.attempt + 1, lease };
  return { state: replaceItem(state, started), lease: toLease(started, lease) };
}

/**
 * Returns the attempt under way that is leased to this holder; undefined when there is none or its deadline has passed.
 */
export function leaseOf(state: ConversationState, holder: string, now: number): Lease | undefined {
  const mine = state.queue.find((item) => item.lease?.holder === holder && now < item.lease.deadline);
  return mine?.lease && toLease(mine, mine.lease);
}

function toLease(item: OutboxItem, lease: OutboxLease): Lease {
  return { seq: item.seq, attempt: item.attempt, deadline: lease.deadline, holder: lease.holder };
}

/**
 * Records the outcome of an attempt.
 *
 * @param isRecorded whether the outcome of this attempt is already in the log (`settle` was called twice)
 */
export function settleAttempt(
  before: ConversationState,
  writer: RowWriter,
  attempt: { readonly seq: number; readonly attempt: number; readonly outcome: AttemptOutcome },
  context: TransitionContext,
  isRecorded: () => boolean,
): ConversationState {
  const state = correctTimes(before, context.now, context.rules);
  const item = state.queue.find((candidate) => candidate.seq === attempt.seq);
  if (item?.lease === undefined || item.attempt !== attempt.attempt) {
    return isRecorded() ? state : follow(state, settleExpired(state, writer, attempt, item), writer, context);
  }
  const decision = planRetry(attempt.outcome, item.tries, context.now, context.random);
  return follow(state, apply(state, writer, item, decision, context), writer, context);
}

function apply(
  state: ConversationState,
  writer: RowWriter,
  item: OutboxItem,
  decision: Decision,
  context: TransitionContext,
): ConversationState {
  const { seq: ref, attempt, resend } = item;
  switch (decision.type) {
    case "sent":
      writer.append({ kind: "sent", ref, facts: { attempt } });
      return removeItem({ ...state, window: settleUse(state.window, ref, resend, context.now) }, ref);
    case "unconfirmed":
      return markUnconfirmed(state, writer, item, decision.reason, context);
    case "window": {
      const { correction, code } = decision;
      const startedAt = item.lease?.startedAt ?? context.now;
      const window = correctWindow(state.window, correction, startedAt, context.now);
      const reason = correction === "used" ? "quota_used" : "window_closed";
      return blockOrHold(
        { ...state, window },
        writer,
        item,
        { reason, rejected: { attempt, code, reaction: correction } },
        context,
      );
    }
    case "failed": {
      const { reason, code, mayHold = false } = decision;
      if (mayHold && isHoldable(item, context.now)) return returnToHeld(state, writer, item);
      writer.append({ kind: "failed", ref, facts: { attempt, reason, ...(code !== undefined && { code }) } });
      return dropMessage(state, writer, item);
    }
    case "retry": {
      const { at: retryAt, reason, code, reaction, counts, isAlone } = decision;
      const cause = { reason, ...(code !== undefined && { code }) };
      const lastAttempt = { ...cause, ...(reaction && { reaction }), ...(isAlone === true && { isAlone }) };
      writer.append({ kind: "retry", ref, facts: { attempt, ...cause, retryAt } });
      const tries = counts === undefined ? item.tries : { ...item.tries, [counts]: item.tries[counts] + 1 };
      const { lease: _over, ...waiting } = item;
      return replaceItem(state, { ...waiting, tries, nextAt: retryAt, lastAttempt });
    }
  }
}

/**
 * Records the outcome of an expired attempt: an accepted message leaves the queue, unless its next attempt is under
 * way; any other outcome is only recorded.
 */
function settleExpired(
  state: ConversationState,
  writer: RowWriter,
  late: { readonly seq: number; readonly attempt: number; readonly outcome: AttemptOutcome },
  item: OutboxItem | undefined,
): ConversationState {
  const { seq: ref, attempt, outcome } = late;
  if (outcome.result !== "accepted") {
    const code = outcome.result === "rejected" ? { code: outcome.code } : {};
    writer.append({ kind: "late", ref, facts: { attempt, reason: outcome.result, ...code } });
    return state;
  }
  writer.append({ kind: "sent", ref, facts: { attempt } });
  if (item === undefined || item.lease !== undefined) return state;
  return removeItem(release(state, item), ref);
}

/**
 * Records an attempt that may or may not have reached the user: its send counts as used; an automatic message may be
 * sent once more.
 */
function markUnconfirmed(
  state: ConversationState,
  writer: RowWriter,
  item: OutboxItem,
  reason: string,
  context: TransitionContext,
): ConversationState {
  const { seq: ref, attempt, resend } = item;
  writer.append({ kind: "unconfirmed", ref, facts: { attempt, reason } });
  const window = settleUse(state.window, ref, resend, context.now);
  if (!mayResend({ ...state, window }, item, context)) return removeItem({ ...state, window }, ref);
  const nextAt = context.now + backoffMs(RESEND_BACKOFF, 0, context.random);
  const { lease: _over, ...waiting } = item;
  return replaceItem(
    { ...state, window: reserve(window, [ref], 1) },
    { ...waiting, resend: 1, nextAt, lastAttempt: { reason: "unconfirmed" } },
  );
}
