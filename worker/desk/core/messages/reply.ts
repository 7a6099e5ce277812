/**
 * Whether the newest reply of an agent in a session reached the user, as lists show it: a reply that was not sent needs
 * an agent, also when no page has the conversation open. Pure.
 */
import type { RowJson } from "../../../../shared/api/rows.ts";

/** The newest reply of an agent. */
export interface Reply {
  /** The seqs of its first and last part. */
  readonly from: number;
  readonly to: number;
  /** Whether a part of it was not sent and is no longer tried. */
  readonly isFailed: boolean;
}

/**
 * Follows the newest reply.
 *
 * @param reply as known so far; undefined: none is known
 * @param rows rows in ascending order that may be known already
 */
export function followReply(reply: Reply | undefined, rows: readonly RowJson[]): Reply | undefined {
  return rows.reduce(follow, reply);
}

function follow(reply: Reply | undefined, row: RowJson): Reply | undefined {
  if (row.kind === "out") {
    if (row.by.type !== "agent" || row.seq <= (reply?.to ?? 0)) return reply;
    const isPart = reply !== undefined && row.ref === reply.from;
    return isPart ? { ...reply, to: row.seq } : { from: row.seq, to: row.seq, isFailed: false };
  }
  if (reply === undefined || row.ref === null || row.ref < reply.from || row.ref > reply.to) return reply;
  return isEndWithoutSend(row) ? { ...reply, isFailed: true } : reply;
}

/** Returns whether a row ends a message that was not sent, unless its agent withdrew it. */
function isEndWithoutSend(row: RowJson): boolean {
  return row.kind === "failed" || (row.kind === "blocked" && row.facts.reason !== "withdrawn");
}
