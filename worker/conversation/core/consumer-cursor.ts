/**
 * How far each consumer has read a conversation's log. The log is the outbox, so only a cursor for
 * each consumer is stored, in the folded state (docs/design/0022-engine.md). Pure transitions: rows written, attempts
 * made, time passed.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import { ownValue } from "../../../shared/base/own-value.ts";
import { backoffMs } from "./outbox/retry.ts";

/** The progress of one consumer. */
export interface ConsumerCursor {
  /** Every row up to this one was delivered, or has no event for the consumer. */
  readonly after: number;
  /** Failed attempts on the row after it. */
  readonly tries: number;
  /** When the first of them failed, epoch ms; 0: none did. */
  readonly since: number;
  /** No call before this time, epoch ms. */
  readonly nextAt: number;
  /** Set by a replay, and no event was delivered since: the first accepted event is reported. */
  readonly isReplay?: true;
}

/** By the consumer's id: its kind, and after a colon its name if there are several, such as `webhook:orders`. */
export type ConsumerCursors = Readonly<Record<string, ConsumerCursor>>;

/** The result of a run over one consumer. */
export interface ConsumerProgress {
  /** The cursor the run began from. */
  readonly from: number;
  readonly to: number;
  /** The consumer has failed since then, epoch ms, and accepted nothing in this run: rows were only given up. */
  readonly since?: number;
  /** Why the run stopped; absent: everything is delivered, or the time was up. */
  readonly stopped?:
    | { readonly reason: "failed"; readonly retryAfterMs?: number }
    | { readonly reason: "paused"; readonly until: number };
}

/**
 * Delay from a row to the run of a consumer, milliseconds: an answer and its outcome are handled together, by one
 * alarm.
 */
export const BATCH_DELAY_MS = 1_000;
/** A row on which a consumer has failed for this time is given up, milliseconds; the next one is then tried. */
export const GIVE_UP_MS = 3 * 86_400_000;

const SECOND_MS = 1_000;
const RETRY = { baseMs: 4 * SECOND_MS, capMs: 3_600 * SECOND_MS };
/** The longest Retry-After that is respected, milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600 * SECOND_MS;
/**
 * Time until the settings are read again when those in memory are older than those the conversation has used,
 * milliseconds.
 */
const STALE_SETTINGS_MS = 60 * SECOND_MS;
/** The longest time between two calls of a consumer, milliseconds: a paused consumer is tried after 6 hours. */
export const LONGEST_CURSOR_WAIT_MS = 8 * 3_600 * SECOND_MS;
/** Conversations that waited for a paused consumer resume at random times within this span after the pause, milliseconds. */
const PAUSE_SPREAD_MS = 60 * SECOND_MS;

/** The consumers as the conversation last read them. */
export interface KnownConsumers {
  readonly consumers: ConsumerCursors;
  /** The newest version of the settings they were read from; 0: none was passed. */
  readonly settingsVersion: number;
}

/** The consumers by the settings that a caller, or the alarm, read. */
export interface ListedConsumers {
  /** Their ids; absent when the settings could not be read. */
  readonly consumers?: readonly string[];
  /** The version of those settings; comes with `consumers`. */
  readonly settingsVersion?: number;
}

/**
 * Follows the settings: a new consumer begins after the newest row, the cursor of a removed one is deleted. For two
 * minutes after a change some workers still have the previous settings: those change nothing.
 *
 * @param last the newest row before this change
 */
export function syncCursors(known: KnownConsumers, listed: ListedConsumers, last: number): KnownConsumers {
  const { consumers, settingsVersion } = known;
  const { consumers: ids, settingsVersion: version = 0 } = listed;
  if (ids === undefined || version < settingsVersion) return known;
  if (ids.length === 0 && Object.keys(consumers).length === 0) return known;
  const synced = Object.fromEntries(ids.map((id) => [id, ownValue(consumers, id) ?? newCursor(last)]));
  return { consumers: synced, settingsVersion: version };
}

/** Rows were written: consumers without a backlog are due soon; the others keep their time. */
export function scheduleCursors(cursors: ConsumerCursors, lastBefore: number, now: number): ConsumerCursors {
  const entries = Object.entries(cursors);
  if (entries.length === 0) return cursors;
  return Object.fromEntries(
    entries.map(([id, cursor]) => [
      id,
      cursor.after < lastBefore ? cursor : { ...cursor, nextAt: now + BATCH_DELAY_MS },
    ]),
  );
}

/** The ids of the consumers that are due. */
export function dueCursors(cursors: ConsumerCursors, last: number, now: number): readonly string[] {
  const isDue = (nextAt: number) => nextAt <= now || isImplausible(nextAt, now, LONGEST_CURSOR_WAIT_MS);
  return Object.entries(cursors).flatMap(([id, { after, nextAt }]) => (after < last && isDue(nextAt) ? [id] : []));
}

/** When the next consumer is due, epoch ms; undefined when every row was delivered to all. */
export function nextCursorDue(cursors: ConsumerCursors, last: number): number | undefined {
  const due = Object.values(cursors).flatMap(({ after, nextAt }) => (after < last ? [nextAt] : []));
  return due.length === 0 ? undefined : Math.min(...due);
}

/**
 * Delivers everything after a row to a consumer again.
 *
 * @param replay the consumer, the row, and the version of the settings that list it: older ones do not remove it
 */
export function replayFrom(
  { consumers, settingsVersion }: KnownConsumers,
  replay: { readonly id: string; readonly after: number; readonly settingsVersion: number },
  now: number,
): KnownConsumers {
  const cursor = { ...newCursor(replay.after), nextAt: now, isReplay: true as const };
  return {
    consumers: { ...consumers, [replay.id]: cursor },
    settingsVersion: Math.max(settingsVersion, replay.settingsVersion),
  };
}

/**
 * Whether an event that has just failed again is given up: the consumer has failed for three days, and the event is at
 * least three days old. So events that waited together are given up together, each after three days of tries.
 *
 * @param seq the row's; a seq is the time it was written (0001)
 */
export function isExpired(cursor: ConsumerCursor, seq: number, now: number): boolean {
  return cursor.since !== 0 && now - Math.max(cursor.since, seq) >= GIVE_UP_MS;
}

/**
 * Updates a cursor by the result of a run. A cursor that was moved meanwhile (replay, erased) stays.
 *
 * @param random a number in [0, 1)
 */
export function advanceCursor(
  cursor: ConsumerCursor,
  progress: ConsumerProgress,
  now: number,
  random: number,
): ConsumerCursor {
  const { from, to, stopped } = progress;
  if (cursor.after !== from) return cursor;
  const moved = to > from ? moveCursor(cursor, progress) : cursor;
  if (stopped === undefined) return { ...moved, nextAt: now };
  const since = moved.since === 0 ? now : moved.since;
  if (stopped.reason === "paused") {
    return { ...moved, since, nextAt: stopped.until + Math.floor(random * PAUSE_SPREAD_MS) };
  }
  const asked = Math.min(stopped.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return {
    ...moved,
    tries: moved.tries + 1,
    since,
    nextAt: now + asked + backoffMs(RETRY, moved.tries, random),
  };
}

/** An event that was given up proves nothing about the consumer: its failures are kept until it accepts an event. */
function moveCursor({ tries }: ConsumerCursor, { to, since }: ConsumerProgress): ConsumerCursor {
  return since === undefined ? newCursor(to) : { ...newCursor(to), tries, since };
}

function newCursor(after: number): ConsumerCursor {
  return { after, tries: 0, since: 0, nextAt: 0 };
}

/** The settings cannot be read: all due consumers wait for a short time. */
export function delayCursors(cursors: ConsumerCursors, nextAt: number): ConsumerCursors {
  return Object.fromEntries(
    Object.entries(cursors).map(([id, cursor]) => [id, { ...cursor, nextAt: Math.max(nextAt, cursor.nextAt) }]),
  );
}

/**
 * Updates the cursors by the results of a run. The cursor of a consumer that the run's settings do not list is
 * deleted, unless the conversation has read newer settings: then the consumer is new, and waits until those settings
 * can be read here as well.
 *
 * @param listed the settings of the run
 */
export function foldProgress(
  { consumers, settingsVersion }: KnownConsumers,
  listed: Required<ListedConsumers>,
  progress: ReadonlyMap<string, ConsumerProgress>,
  now: number,
  random: () => number,
): KnownConsumers {
  const { consumers: ids, settingsVersion: version } = listed;
  const isOld = version < settingsVersion;
  const kept = Object.entries(consumers).flatMap(([id, cursor]): [string, ConsumerCursor][] => {
    const made = progress.get(id);
    if (ids.includes(id)) return [[id, made === undefined ? cursor : advanceCursor(cursor, made, now, random())]];
    return isOld ? [[id, { ...cursor, nextAt: Math.max(cursor.nextAt, now + STALE_SETTINGS_MS) }]] : [];
  });
  return { consumers: Object.fromEntries(kept), settingsVersion: isOld ? settingsVersion : version };
}
