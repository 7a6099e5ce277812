/**
 * The rows of the open conversation: a range without gaps. After rows that do not continue it, the page reads the
 * missing rows from the log; this is the only way to catch up (DESK_LESSONS §6). Pure.
 */
import type { RowJson } from "../../shared/api/rows.ts";
import { openLog, type OpenLog } from "./state.ts";

/** The number of rows in a page of the log. */
export const PAGE_ROWS = 50;

/** A page of the log, oldest row first. */
export interface LogPage {
  readonly log: string;
  readonly rows: readonly RowJson[];
  /** The seq after which the next page begins. */
  readonly next: number;
}

interface NewRows {
  readonly log: string;
  /** The seq before the first row. */
  readonly from: number;
  readonly to: number;
  readonly rows: readonly RowJson[];
}

/**
 * Adds the rows of a frame. If rows are missing before them, none is added and the status becomes `gap`; rows of
 * another log mean that the conversation must be read again.
 */
export function addRows(open: OpenLog, { log, from, to, rows }: NewRows): OpenLog {
  // Nothing has been read yet; the first page of the log will contain these rows too.
  if (open.log === null) return open;
  if (open.log !== log) return openLog(open.conversation);
  if (to <= open.to) return open;
  if (from > open.to) return { ...open, status: "gap" };
  const added = rows.filter(({ seq }) => seq > open.to);
  return { ...open, rows: [...open.rows, ...added], to };
}

/** Sets the newest rows: the first page of a conversation. */
export function startRows(open: OpenLog, page: LogPage): OpenLog {
  const to = Math.max(page.next, page.rows.at(-1)?.seq ?? 0);
  return {
    ...open,
    log: page.log,
    rows: page.rows,
    to,
    hasOlder: page.rows.length >= PAGE_ROWS,
    status: "ready",
  };
}

/**
 * Marks the first unread message, once. Called after lists and after rows, because either may arrive first.
 *
 * @param unread the number of the user's messages that no agent has seen
 */
export function markNew(open: OpenLog, unread: number): OpenLog {
  if (open.log === null || open.newFrom !== undefined) return open;
  const messages = open.rows.filter(isUserMessage);
  const newFrom = unread === 0 ? null : (messages.at(-Math.min(unread, messages.length))?.seq ?? null);
  return { ...open, newFrom };
}

/** Adds the missing rows after `to`. After a full page there may be more, so the status stays `gap`. */
export function fillGap(open: OpenLog, page: LogPage): OpenLog {
  if (open.log !== page.log) return openLog(open.conversation);
  const added = page.rows.filter(({ seq }) => seq > open.to);
  const to = Math.max(open.to, page.next, added.at(-1)?.seq ?? 0);
  return { ...open, rows: [...open.rows, ...added], to, status: page.rows.length >= PAGE_ROWS ? "gap" : "ready" };
}

/** Adds older rows before the known ones. */
export function addOlder(open: OpenLog, page: Pick<LogPage, "log" | "rows">): OpenLog {
  if (open.log !== page.log) return openLog(open.conversation);
  const first = open.rows[0]?.seq ?? Infinity;
  const older = page.rows.filter(({ seq }) => seq < first);
  return { ...open, rows: [...older, ...open.rows], hasOlder: page.rows.length >= PAGE_ROWS };
}

/** Returns whether a row is a message of the user, not an event such as entering the chat. */
function isUserMessage(row: RowJson): boolean {
  return row.kind === "in" && row.facts.event === "message";
}
