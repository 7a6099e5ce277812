/**
 * The cursor of each log consumer. The log is the outbox, so only a cursor per consumer is stored, in the folded state
 * (docs/design/0022-engine.md). Pure.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import { ownValue } from "../../../shared/base/own-value.ts";
import { backoffMs } from "./outbox/retry.ts";

/** The progress of one consumer. */
export interface ConsumerCursor {
  /** Every row up to and including this one was delivered, or has no event for the consumer. */
  readonly after: number;
  /** Number of failed attempts on the next row. */
  readonly tries: number;
  /** When the first of these attempts failed, epoch ms; 0: none failed. */
  readonly since: number;
  /** No call before this time, epoch ms. */
  readonly nextAt: number;
  /** Set by a replay until the consumer accepts an event; that first accepted event is reported. */
  readonly isReplay?: true;
  /**
   * Only in the cursor `pictures`: when the oldest picture that may be in the bucket was stored, epoch ms (its seq).
   */
  readonly oldest?: number;
  /** Only in the cursor `pictures`: expired pictures could not be deleted. */
  readonly failedDeletion?: FailedDeletion;
}

/** A deletion of expired pictures that the bucket has not done. */
export interface FailedDeletion {
  readonly tries: number;
  /** When the next attempt is made, epoch ms. */
  readonly nextAt: number;
}

/** Cursors by consumer id: `kind` or `kind:name`, such as `webhook:orders`. */
export type ConsumerCursors = Readonly<Record<string, ConsumerCursor>>;

/** Ids of the cursors of desk and archive, which receive the rows of sessions (`session/consumers.ts`). */
export const DESK_CURSOR = "desk";
export const ARCHIVE_CURSOR = "archive";
/** Id of the cursor that copies users' pictures to the R2 bucket and deletes expired ones (`pictures.ts`). */
export const PICTURES_CURSOR = "pictures";

/** The result of a run for one consumer. */
export interface ConsumerProgress {
  /** The cursor at the beginning of the run. */
  readonly from: number;
  /** The seq up to which rows were delivered or abandoned; `from` when none was. */
  readonly to: number;
  /**
   * When the consumer began to fail, epoch ms; set when it accepted no row in this run, although abandoned rows moved
   * the cursor.
   */
  readonly since?: number;
  /** Why the run stopped; absent: everything is delivered, or the time was used up. */
  readonly stopped?:
    | { readonly reason: "failed"; readonly retryAfterMs?: number }
    | { readonly reason: "paused"; readonly until: number };
}

/**
 * Delay from a row to the run of a consumer, milliseconds, so that an answer and its outcome are handled together by
 * one alarm.
 */
export const BATCH_DELAY_MS = 1_000;
/** A row on which a consumer has failed for this time is abandoned, milliseconds; the next row is then tried. */
export const GIVE_UP_MS = 3 * 86_400_000;

const SECOND_MS = 1_000;
const RETRY = { baseMs: 4 * SECOND_MS, capMs: 3_600 * SECOND_MS };
/** The maximum Retry-After that is respected, milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600 * SECOND_MS;
/**
 * Delay until the settings are read again when the cached ones are older than those the conversation has used,
 * milliseconds.
 */
const STALE_SETTINGS_MS = 60 * SECOND_MS;
/** The maximum time between two calls of a consumer, milliseconds; longer than the longest pause, 6 hours. */
export const LONGEST_CURSOR_WAIT_MS = 8 * 3_600 * SECOND_MS;
/**
 * Conversations that waited for a paused consumer resume at random times within this time after the pause,
 * milliseconds.
 */
const PAUSE_SPREAD_MS = 60 * SECOND_MS;

/** The consumers as last read by the conversation. */
export interface KnownConsumers {
  readonly consumers: ConsumerCursors;
  /** The newest version of the settings from which the consumers were read; 0: none was passed. */
  readonly settingsVersion: number;
}

/** The consumers according to the settings that a caller, or the alarm, has read. */
export interface ListedConsumers {
  /** The consumers' ids; absent when the settings could not be read. */
  readonly consumers?: readonly string[];
  /** The version of the settings; present with `consumers`. */
  readonly settingsVersion?: number;
}

/**
 * Applies settings: the cursor of a new consumer starts after the newest row, the cursor of a removed one is deleted;
 * the cursors of desk, archive and pictures do not depend on settings. For two minutes after a change some workers
 * still have the previous settings, which are ignored.
 *
 * @param last the seq of the newest row before this change
 */
export function syncCursors(known: KnownConsumers, listed: ListedConsumers, last: number): KnownConsumers {
  const { consumers, settingsVersion } = known;
  const { consumers: ids, settingsVersion: version = 0 } = listed;
  if (ids === undefined || version < settingsVersion) return known;
  if (ids.length === 0 && Object.keys(consumers).length === 0) return known;
  const synced = ids.map((id) => [id, ownValue(consumers, id) ?? newCursor(last)] as const);
  const own = Object.entries(consumers).filter(([id]) => !isOfSettings(id));
  return { consumers: Object.fromEntries([...synced, ...own]), settingsVersion: version };
}

/**
 * Schedules the consumers after rows were written: those without a backlog are due after `BATCH_DELAY_MS`; the others
 * keep their time.
 */
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

/** Returns the ids of the consumers that are due. */
export function dueCursors(cursors: ConsumerCursors, last: number, now: number): readonly string[] {
  const isDue = (nextAt: number) => nextAt <= now || isImplausible(nextAt, now, LONGEST_CURSOR_WAIT_MS);
  return Object.entries(cursors).flatMap(([id, { after, nextAt }]) => (after < last && isDue(nextAt) ? [id] : []));
}

/** Returns when the next consumer is due, epoch ms; undefined when every row was delivered to all. */
export function nextCursorDue(cursors: ConsumerCursors, last: number): number | undefined {
  const due = Object.values(cursors).flatMap(({ after, nextAt }) => (after < last ? [nextAt] : []));
  return due.length === 0 ? undefined : Math.min(...due);
}

/**
 * Moves a consumer's cursor back to a row, so that all later rows are delivered again.
 *
 * @param replay the consumer, the row, and the version of the settings that list the consumer; lists from older
 * versions are ignored and cannot delete the cursor
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
 * Returns whether an event that has just failed again is abandoned: the consumer has failed for three days, and the
 * event is at least three days old. Events that waited together are therefore abandoned together, each after three days
 * of tries.
 *
 * @param seq the seq of the row, which is the time it was written (0001)
 */
export function isExpired(cursor: ConsumerCursor, seq: number, now: number): boolean {
  return cursor.since !== 0 && now - Math.max(cursor.since, seq) >= GIVE_UP_MS;
}

/**
 * Updates a cursor with the result of a run. A cursor that was moved during the run (replay, erasure) is not changed.
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

/**
 * Moves a cursor past delivered or abandoned rows. An abandoned event proves nothing about the consumer, so its
 * failures are kept until it accepts an event.
 */
function moveCursor({ tries }: ConsumerCursor, { to, since }: ConsumerProgress): ConsumerCursor {
  return since === undefined ? newCursor(to) : { ...newCursor(to), tries, since };
}

function isOfSettings(id: string): boolean {
  return id !== DESK_CURSOR && id !== ARCHIVE_CURSOR && id !== PICTURES_CURSOR;
}

function newCursor(after: number): ConsumerCursor {
  return { after, tries: 0, since: 0, nextAt: 0 };
}

/** Delays all consumers at least until `nextAt`, epoch ms, because the settings cannot be read. */
export function delayCursors(cursors: ConsumerCursors, nextAt: number): ConsumerCursors {
  return Object.fromEntries(
    Object.entries(cursors).map(([id, cursor]) => [id, { ...cursor, nextAt: Math.max(nextAt, cursor.nextAt) }]),
  );
}

/**
 * Updates the cursors with the results of a run. The cursor of a consumer that the run's settings do not contain is
 * deleted, unless the conversation has read newer settings: then the consumer is new, and waits until those settings
 * can be read here too.
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
