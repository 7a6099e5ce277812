/**
 * Sessions that the desk or a colleague gave to the agent and that the agent has not opened yet. They are marked apart
 * from unread messages: only a user's message makes a session unread. Pure.
 */
import type { DeskState } from "./state.ts";

/**
 * Returns the sessions that have arrived and were not opened, after frames were applied.
 *
 * @param before the state before the frames; sessions in the first lists of a page do not count as arrived
 * @param own conversations that the agent is taking on this page
 */
export function listArrived(before: DeskState, after: DeskState, own: ReadonlySet<string>): ReadonlySet<string> {
  const kept = [...before.arrived].filter((conversation) => isMine(after, conversation));
  const added = before.epoch === null ? [] : [...after.rows.keys()].filter((id) => hasArrived(id, before, after, own));
  if (added.length === 0 && kept.length === before.arrived.size) return before.arrived;
  return new Set([...kept, ...added]);
}

/** Returns the number of the agent's sessions that have unread messages or that arrived and were not opened. */
export function countAttention({ counts, arrived, rows }: DeskState): number {
  const read = [...arrived].filter((conversation) => rows.get(conversation)?.session.unread === 0);
  return (counts.mine?.unread ?? 0) + read.length;
}

function hasArrived(conversation: string, before: DeskState, after: DeskState, own: ReadonlySet<string>): boolean {
  if (!isMine(after, conversation) || isMine(before, conversation)) return false;
  // A session that was offered to the agent is not announced: the agent accepted it, on this page or another one.
  const wasOffered = before.rows.get(conversation)?.offer?.agent === after.you?.id;
  return !wasOffered && !own.has(conversation) && after.open?.conversation !== conversation;
}

function isMine({ rows, you }: DeskState, conversation: string): boolean {
  const assignee = rows.get(conversation)?.session.assignee ?? null;
  return you !== null && assignee === you.id;
}
