/**
 * What conversations report to the archive, and which of two reports is newer (DESK_PROTOCOL rules 2 and 7). Pure.
 */
import { generationOf } from "../../conversation/core/log-id.ts";
import type { CloseReason } from "../../conversation/core/session/session.ts";
import type { SessionSums } from "../../conversation/core/session/sums.ts";

/** The user of a conversation, as stored in the directory. */
export interface Contact {
  /** The account, `channel:account`. */
  readonly account: string;
  /** The user's id in the channel, sealed with DATA_KEY. */
  readonly user: string;
  /** The last four characters of the user's id, for display. */
  readonly tail: string;
  /** When the log began, and when the newest reported record was written, epoch ms. */
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
}

/** A closed session, from the row that closed it. */
export interface ClosedSessionRecord {
  /** The seq of the row that opened it. */
  readonly session: number;
  /** Epoch ms. */
  readonly closedAt: number;
  readonly reason: CloseReason;
  readonly assignee: string | null;
  readonly team: string | null;
  readonly sums: SessionSums;
}

/** The user's rating of a closed session; its row comes after the row that closed the session. */
export interface RatingRecord {
  /** The session, as in `ClosedSessionRecord`. */
  readonly session: number;
  /** 1 to 5. */
  readonly score: number;
  /** When the user wrote it, epoch ms. */
  readonly ratedAt: number;
}

/** One report: everything between two positions of a log. */
export interface ArchiveReport {
  readonly log: string;
  /** The seq of the newest row that the report contains. */
  readonly to: number;
  readonly contact: Contact;
  readonly closed: readonly ClosedSessionRecord[];
  readonly ratings: readonly RatingRecord[];
}

/** A closed session with its user and its rating. */
export interface ArchivedSession extends ClosedSessionRecord {
  /** The id of the conversation's object, 64 hex digits. */
  readonly conversation: string;
  readonly log: string;
  readonly contact: Pick<Contact, "account" | "tail">;
  /** Null: the user has not rated it. */
  readonly rating: Omit<RatingRecord, "session"> | null;
  /** Whether the session ended without a reply of an agent, because the reply window had ended (未接待). */
  readonly isMissed: boolean;
}

/** The position of the newest report about a conversation. */
export interface Position {
  readonly log: string;
  readonly to: number;
}

/**
 * Returns what to do with a report. `ignore`: its generation was erased, or it is not newer than the known report;
 * `replace`: its generation is later, so the stored data is replaced; `add`: otherwise.
 *
 * @param known the newest report; undefined: none
 * @param erased the highest erased generation; 0: none
 */
export function judgeReport(
  report: Position,
  known: Position | undefined,
  erased: number,
): "ignore" | "replace" | "add" {
  const generation = generationOf(report.log);
  if (generation <= erased) return "ignore";
  if (known === undefined) return "add";
  const before = generationOf(known.log);
  if (generation !== before) return generation > before ? "replace" : "ignore";
  return report.to > known.to ? "add" : "ignore";
}

/**
 * Returns whether a user was not served: the reply window ended before any agent replied (DESK_PROTOCOL rule 18).
 */
export function isMissed({ reason, sums }: Pick<ClosedSessionRecord, "reason" | "sums">): boolean {
  return reason === "expired" && sums.replies === 0;
}
