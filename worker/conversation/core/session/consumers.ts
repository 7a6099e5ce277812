/**
 * The desk and the archive as consumers of the log. Their cursors do not depend on the settings: a conversation has
 * them from its first session on, and none before (docs/design/0029-notification.md). Pure.
 */
import { ARCHIVE_CURSOR, DESK_CURSOR, type ConsumerCursor, type ConsumerCursors } from "../consumer-cursor.ts";
import type { Row } from "../rows.ts";
import type { SessionState } from "./session.ts";

/**
 * Delay from a row to the alarm that reports it when the notification after the record did not succeed, milliseconds.
 * Shorter than the time after which the runtime evicts an idle object, about 10 s: an evicted object no longer knows
 * that the desk has acknowledged, and would notify it again.
 */
export const REPORT_DELAY_MS = 8_000;

/**
 * Delay from the end of a session, or its rating, to the alarm that reports it to the archive, milliseconds: an agent
 * who has closed a session looks for it in the list of closed ones. By then the desk has usually acknowledged its rows;
 * this alarm stores that too, so the alarm after `REPORT_DELAY_MS` is not needed.
 */
export const ARCHIVE_DELAY_MS = 1_000;

/** How long after its last session a conversation is still reported to the desk, milliseconds. */
const QUIET_AFTER_MS = 24 * 3_600_000;

/** The rows that a transition has written. */
interface Written {
  /** The seq of the newest row before the transition, and after it. */
  readonly before: number;
  readonly last: number;
  readonly rows: readonly Row[];
  /** The time of the transition, epoch ms. */
  readonly now: number;
}

/**
 * Schedules desk and archive after rows were written. Rows that a consumer without a backlog does not need move its
 * cursor within the same record, so they cost neither an alarm nor a call.
 *
 * @param known the cursors before the rows were written
 * @param sessions the sessions afterwards
 */
export function followSessions(known: ConsumerCursors, sessions: SessionState, written: Written): ConsumerCursors {
  const isForArchive = written.rows.some(isEndOrRating);
  const isForDesk = sessions.open !== null || isRecent(sessions, written.now) || written.rows.some(isOfSession);
  return {
    [DESK_CURSOR]: follow(known[DESK_CURSOR], isForDesk, written, REPORT_DELAY_MS),
    [ARCHIVE_CURSOR]: isForArchive
      ? follow(known[ARCHIVE_CURSOR], true, written, ARCHIVE_DELAY_MS)
      : follow(known[ARCHIVE_CURSOR], false, written, REPORT_DELAY_MS),
  };
}

function follow(
  known: ConsumerCursor | undefined,
  isWanted: boolean,
  written: Written,
  delayMs: number,
): ConsumerCursor {
  const { before, last, now } = written;
  const due = now + delayMs;
  if (known === undefined) return { after: before, tries: 0, since: 0, nextAt: due };
  const hasBacklog = known.after < before;
  if (!hasBacklog && !isWanted) return { ...known, after: last };
  // With a backlog, the time of the next try is kept. A time in the past was set by an object
  // that was evicted since, so a new one is set.
  const isEarlier = delayMs < REPORT_DELAY_MS && known.tries === 0 && due < known.nextAt;
  return hasBacklog && known.nextAt > now && !isEarlier ? known : { ...known, nextAt: due };
}

/** Returns whether the newest session ended so recently that agents may still look at it. */
function isRecent({ closed }: SessionState, now: number): boolean {
  return closed !== null && now - closed.closedAt < QUIET_AFTER_MS;
}

function isOfSession({ kind }: Row): boolean {
  return kind === "session" || kind === "rating" || kind === "note";
}

/** Returns whether the archive needs a row: the end of a session, or a rating. */
function isEndOrRating(row: Row): boolean {
  return row.kind === "rating" || (row.kind === "session" && row.facts.action === "closed");
}
