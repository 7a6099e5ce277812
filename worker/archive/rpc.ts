/**
 * The methods of the `Archive` object: plain values that cross RPC. A separate interface, so that callers do not depend
 * on the class, which describes each method.
 */
import type { ClosedFilter } from "./core/closed-list.ts";
import type { ArchivedSession, ArchiveReport, Contact } from "./core/report.ts";

/** An entry of the directory of conversations. */
export interface DirectoryEntry extends Contact {
  /** The id of the conversation's object, 64 hex digits. */
  readonly conversation: string;
  /** The id of the log that the entry is about. */
  readonly log: string;
}

/** A page of the directory, in the order of the conversations' ids. */
export interface DirectoryPage {
  readonly contacts: readonly DirectoryEntry[];
  /** Passed as `after` for the next page; null: this is the last one. */
  readonly next: string | null;
}

/** Selects closed sessions. */
export interface ClosedQuery extends ClosedFilter {
  /** The number of sessions, 1 to 200. */
  readonly limit: number;
  /** `next` of the page before; absent: from the newest on. */
  readonly after?: string;
}

/** A page of closed sessions, newest first. */
export interface ClosedPage {
  readonly sessions: readonly ArchivedSession[];
  /** Passed as `after` for the next page; null: this is the last one. */
  readonly next: string | null;
}

/** The object as seen by its callers. */
export interface ArchiveRpc {
  record(conversation: string, report: ArchiveReport): Promise<void>;
  confirmErased(conversation: string, generation: number): Promise<void>;
  directory(after: string | null, limit: number): Promise<DirectoryPage>;
  listClosed(query: ClosedQuery): Promise<ClosedPage>;
}
