/**
 * The rows of an open conversation that are to be sent to a page: each row once and in order. By `from` the page
 * detects missing rows (docs/design/0026-desk-socket.md). Pure.
 */
import type { RowJson } from "../../../../shared/api/rows.ts";
import type { ServerFrame } from "../../../../shared/api/socket.ts";
import { generationOf } from "../../../conversation/core/log-id.ts";

/** A frame with rows. */
export type RowsFrame = Extract<ServerFrame, { readonly type: "rows" }>;

/** The maximum number of rows that are kept for a page; when there are more, the page reads them itself. */
const MAX_PENDING = 100;

/** The conversation that a page has open. */
export interface OpenConversation {
  readonly conversation: string;
  readonly log: string;
  /** The seq up to which the page has received rows or the position. */
  readonly sent: number;
}

/** New rows of a conversation. */
export interface NewRows {
  readonly log: string;
  /** The seq before the first row. */
  readonly from: number;
  readonly to: number;
  readonly rows: readonly RowJson[];
}

/** The open conversation of a page, and its pending frames. */
export interface PendingRows {
  readonly open: OpenConversation;
  readonly frames: readonly RowsFrame[];
}

/**
 * Adds new rows. Rows that were already sent, and those of an older log, are ignored; a newer log replaces the open
 * one. With more than `MAX_PENDING` rows only the position is kept.
 */
export function addRows({ open, frames }: PendingRows, { log, from, to, rows }: NewRows): PendingRows {
  const { conversation } = open;
  const isOther = log !== open.log;
  if (isOther && generationOf(log) < generationOf(open.log)) return { open, frames };
  const sent = isOther ? 0 : open.sent;
  const waiting = isOther ? [] : frames;
  if (to <= sent) return { open, frames };
  const added = rows.filter(({ seq }) => seq > sent);
  const start = Math.max(from, sent);
  const last = waiting.at(-1);
  const frame: RowsFrame = { type: "rows", conversation, log, from: start, to, rows: added };
  const next =
    last?.to === start
      ? [...waiting.slice(0, -1), { ...last, to, rows: [...last.rows, ...added] }]
      : [...waiting, frame];
  const count = next.reduce((sum, each) => sum + each.rows.length, 0);
  const opened = { conversation, log, sent: to };
  return { open: opened, frames: count > MAX_PENDING ? [positionFrame(opened)] : next };
}

/**
 * Returns the frame that contains the newest position without rows: a page with an older position reads the rows
 * itself. When the position is unknown (0), every page reads.
 */
export function positionFrame({ conversation, log, sent }: OpenConversation): RowsFrame {
  const position = sent === 0 ? Number.MAX_SAFE_INTEGER : sent;
  return { type: "rows", conversation, log, from: position, to: position, rows: [] };
}

/** Returns the frame that clears an erased conversation on a page: its `log` is the id of no log. */
export function erasedFrame(conversation: string): RowsFrame {
  return { type: "rows", conversation, log: "erased", from: 0, to: 0, rows: [] };
}
