/**
 * How far each webhook has heard of a conversation. The log is the outbox: a cursor is all there is to keep, one for
 * each endpoint, in the folded state (docs/design/0013-webhooks.md). Pure: rows written, attempts made, time passed.
 */
import { isTooFarAhead } from "../../shared/clock.ts";
import { ownValue } from "../../shared/own.ts";
import { backoffMs } from "./retry.ts";

/** How far one endpoint has heard. */
export interface WebhookCursor {
  /** Everything up to this row was delivered, or is not for it. */
  readonly after: number;
  /** Attempts in vain at the event after it. */
  readonly tries: number;
  /** When the first of them failed, epoch ms; 0: none did. */
  readonly since: number;
  /** Not before, epoch ms. */
  readonly nextAt: number;
}

/** By the webhook's id. */
export type WebhookCursors = Readonly<Record<string, WebhookCursor>>;

/** What a run over one endpoint came to. */
export interface WebhookProgress {
  /** The cursor it began from. */
  readonly from: number;
  readonly to: number;
  /** The endpoint has failed since then, epoch ms, and accepted nothing in this run: events were only given up. */
  readonly since?: number;
  /** Why it stopped; absent: everything there was to do is done, or the time was up. */
  readonly stopped?:
    | { readonly reason: "failed"; readonly retryAfterMs?: number }
    | { readonly reason: "paused"; readonly until: number };
}

/** So long after a row its event is sent, milliseconds: an answer and its outcome go together, with one alarm. */
export const GATHER_MS = 1_000;
/** An event that is not accepted is given up after so long, milliseconds: the next ones must not wait for it for ever. */
export const GIVE_UP_MS = 3 * 86_400_000;

const SECOND_MS = 1_000;
const RETRY = { baseMs: 4 * SECOND_MS, capMs: 3_600 * SECOND_MS };
/** The longest Retry-After that is obeyed, milliseconds. */
const MAX_RETRY_AFTER_MS = 3_600 * SECOND_MS;
/** Settings that old are gone from every memory, milliseconds (docs/design/0004-account.md). */
const STALE_SETTINGS_MS = 180 * SECOND_MS;
/** No endpoint waits longer for its next call, milliseconds: a pause of it lasts 6 hours. */
export const LONGEST_CURSOR_WAIT_MS = 8 * 3_600 * SECOND_MS;
/** After a pause of the endpoint conversations come back over so long, milliseconds. */
const PAUSE_SPREAD_MS = 60 * SECOND_MS;

/**
 * Follows the settings: a new endpoint hears from now on, one that is gone is forgotten.
 *
 * @param ids of the settings; undefined when nobody could read them: nothing changes
 * @param last the newest row before this change
 */
export function syncCursors(cursors: WebhookCursors, ids: readonly string[] | undefined, last: number): WebhookCursors {
  if (ids === undefined || (ids.length === 0 && Object.keys(cursors).length === 0)) return cursors;
  return Object.fromEntries(ids.map((id) => [id, ownValue(cursors, id) ?? newCursor(last)]));
}

/** Rows were written: endpoints that had heard everything are told soon; the others keep their time. */
export function wakeCursors(cursors: WebhookCursors, lastBefore: number, now: number): WebhookCursors {
  const entries = Object.entries(cursors);
  if (entries.length === 0) return cursors;
  return Object.fromEntries(
    entries.map(([id, cursor]) => [id, cursor.after < lastBefore ? cursor : { ...cursor, nextAt: now + GATHER_MS }]),
  );
}

/** The ids of the endpoints with something due. */
export function dueCursors(cursors: WebhookCursors, last: number, now: number): readonly string[] {
  const isDue = (nextAt: number) => nextAt <= now || isTooFarAhead(nextAt, now, LONGEST_CURSOR_WAIT_MS);
  return Object.entries(cursors).flatMap(([id, { after, nextAt }]) => (after < last && isDue(nextAt) ? [id] : []));
}

/** When the next endpoint is due, epoch ms; undefined when all have heard everything. */
export function nextCursorDue(cursors: WebhookCursors, last: number): number | undefined {
  const due = Object.values(cursors).flatMap(({ after, nextAt }) => (after < last ? [nextAt] : []));
  return due.length === 0 ? undefined : Math.min(...due);
}

/** The endpoint is to hear everything after `after` again. */
export function replayCursor(after: number, now: number): WebhookCursor {
  return { after, tries: 0, since: 0, nextAt: now };
}

/**
 * Whether an event that failed once more now is given up: the endpoint has failed for three days, and the event is as
 * old. So events that waited together are given up together, and each has had its three days.
 *
 * @param seq the event's row; a seq is the time it was written (0001)
 */
export function isHopeless(cursor: WebhookCursor, seq: number, now: number): boolean {
  return cursor.since !== 0 && now - Math.max(cursor.since, seq) >= GIVE_UP_MS;
}

/**
 * What a run came to. A cursor that was moved meanwhile (replay, erased) wins.
 *
 * @param random a number in [0, 1)
 */
export function advanceCursor(
  cursor: WebhookCursor,
  progress: WebhookProgress,
  now: number,
  random: number,
): WebhookCursor {
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

/** An event that was given up proves nothing about the endpoint: what was counted stays until it accepts one. */
function moveCursor({ tries }: WebhookCursor, { to, since }: WebhookProgress): WebhookCursor {
  return since === undefined ? newCursor(to) : { ...newCursor(to), tries, since };
}

function newCursor(after: number): WebhookCursor {
  return { after, tries: 0, since: 0, nextAt: 0 };
}

/** Nobody could tell where the endpoints are: all that are due wait a little. */
export function delayCursors(cursors: WebhookCursors, nextAt: number): WebhookCursors {
  return Object.fromEntries(
    Object.entries(cursors).map(([id, cursor]) => [id, { ...cursor, nextAt: Math.max(nextAt, cursor.nextAt) }]),
  );
}

/**
 * Folds what a run came to into the cursors. An endpoint the settings do not have is forgotten, but not the first time
 * when it never failed: it may be new, and these settings some minutes old.
 */
export function foldProgress(
  cursors: WebhookCursors,
  ids: readonly string[],
  progress: ReadonlyMap<string, WebhookProgress>,
  now: number,
  random: () => number,
): WebhookCursors {
  const kept = Object.entries(cursors).filter(([id, { tries }]) => ids.includes(id) || tries === 0);
  return Object.fromEntries(
    kept.map(([id, cursor]) => {
      if (!ids.includes(id)) return [id, { ...cursor, tries: 1, nextAt: now + STALE_SETTINGS_MS }];
      const made = progress.get(id);
      return [id, made === undefined ? cursor : advanceCursor(cursor, made, now, random())];
    }),
  );
}
