/**
 * Corrects the times of a conversation after the clock was set back (`shared/base/clock-setback.ts`): each transition
 * begins with a state whose times are plausible. This stores nothing, and a plausible state is returned unchanged.
 */
import { CLOCK_STEP_MS, isImplausible } from "../../../shared/base/clock-setback.ts";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { LONGEST_CURSOR_WAIT_MS, type ConsumerCursors } from "./consumer-cursor.ts";
import { plausibleControl } from "./control.ts";
import { LONGEST_WAIT_MS } from "./outbox/retry.ts";
import { HOLD_MS, LEASE_MS, type ConversationState, type OutboxItem } from "./state.ts";
import type { WindowState } from "./window.ts";

/**
 * Minimum age of uses and grants after they were moved back, milliseconds: older than any action that is being handled.
 */
const MOVED_BACK_MS = 2 * CLOCK_STEP_MS;

/**
 * Returns a state in which no time is further in the future than it can be: an attempt with an implausible end has
 * ended, waiting messages with an implausible time are due, an implausible mute has ended, and held or queued messages
 * have at most their full lifetime left.
 *
 * @param now epoch ms
 */
export function correctTimes(state: ConversationState, now: number, rules: ChannelRules): ConversationState {
  const window = plausibleWindow(state.window, now);
  const queue = keepSame(state.queue, (item) => plausibleItem(item, now, rules));
  const held = keepSame(state.held, (one) =>
    isImplausible(one.until, now, HOLD_MS) ? { ...one, until: now + HOLD_MS } : one,
  );
  const consumers = correctCursorTimes(state.consumers, now);
  const control = plausibleControl(state.control, now);
  const isSame =
    window === state.window &&
    queue === state.queue &&
    held === state.held &&
    consumers === state.consumers &&
    control === state.control;
  return isSame ? state : { ...state, window, queue, held, consumers, control };
}

function plausibleItem(item: OutboxItem, now: number, { grants }: ChannelRules): OutboxItem {
  const { lease, nextAt, until, holdUntil } = item;
  const lifeMs = grants.message.durationMs;
  const changed: Partial<OutboxItem> = {
    ...(lease !== undefined &&
      isImplausible(lease.endsAt, now, LEASE_MS) && {
        lease: { ...lease, startedAt: now, endsAt: now, deadline: now },
      }),
    ...(isImplausible(nextAt, now, LONGEST_WAIT_MS) && { nextAt: now }),
    ...(isImplausible(until, now, lifeMs) && { until: now + lifeMs }),
    ...(holdUntil !== undefined && isImplausible(holdUntil, now, HOLD_MS) && { holdUntil: now + HOLD_MS }),
  };
  return Object.keys(changed).length === 0 ? item : { ...item, ...changed };
}

/**
 * Moves grants and uses that are in the future back together, so that a use counts against the same grants as before,
 * and against none that begins now.
 */
function plausibleWindow(window: WindowState, now: number): WindowState {
  let newest = 0;
  for (const { at, receivedAt } of window.grants) newest = Math.max(newest, at, receivedAt);
  for (const { settledAt } of window.uses) newest = Math.max(newest, settledAt ?? 0);
  if (!isImplausible(newest, now, 0)) return window;
  const byMs = newest - now + MOVED_BACK_MS;
  const moved = (time: number) => (time > now ? time - byMs : time);
  return {
    ...window,
    grants: window.grants.map((grant) => {
      const at = moved(grant.at);
      return { ...grant, at, receivedAt: moved(grant.receivedAt), until: at + (grant.until - grant.at) };
    }),
    uses: window.uses.map((use) => (use.settledAt === null ? use : { ...use, settledAt: moved(use.settledAt) })),
  };
}

/** Returns the cursors with every implausible time set to `now`, so that such a consumer is due. */
export function correctCursorTimes(cursors: ConsumerCursors, now: number): ConsumerCursors {
  const isWrong = ({ nextAt, since, failedDeletion }: ConsumerCursors[string]) =>
    isImplausible(Math.max(nextAt, failedDeletion?.nextAt ?? 0), now, LONGEST_CURSOR_WAIT_MS) ||
    isImplausible(since, now, 0);
  if (!Object.values(cursors).some(isWrong)) return cursors;
  return Object.fromEntries(
    Object.entries(cursors).map(([id, cursor]) => [
      id,
      isWrong(cursor)
        ? {
            ...cursor,
            nextAt: Math.min(cursor.nextAt, now),
            since: Math.min(cursor.since, now),
            ...(cursor.failedDeletion && {
              failedDeletion: { ...cursor.failedDeletion, nextAt: Math.min(cursor.failedDeletion.nextAt, now) },
            }),
          }
        : cursor,
    ]),
  );
}

/** Maps a list; returns the same list when nothing in it changes. */
function keepSame<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  const changed = list.map(change);
  return changed.every((item, index) => item === list[index]) ? list : changed;
}
