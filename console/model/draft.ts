/** The unsent texts of a conversation, and whether others have replied since they were written. Pure. */
import type { RowJson } from "../../shared/api/rows.ts";

/** The recipient of a text: the user (reply) or colleagues (note). */
export type Mode = "reply" | "note";

/** The texts of one conversation. */
export interface Draft {
  /** The log for which they were written. */
  readonly log: string;
  readonly mode: Mode;
  readonly reply: string;
  readonly note: string;
  /** The seq of the newest row when the agent began the reply. 0: unknown. */
  readonly basedOn: number;
  /** When the server saved a reply that was written in another browser, epoch ms. 0: it was begun here. */
  readonly savedAt: number;
}

/** Returns a draft without texts. */
export function emptyDraft(log: string, mode: Mode): Draft {
  return { log, mode, reply: "", note: "", basedOn: 0, savedAt: 0 };
}

/** Changes the reply as the agent types. @param to the seq of the newest row that the page has */
export function withReply(draft: Draft, reply: string, to: number): Draft {
  const isBegun = draft.reply !== "" && (draft.basedOn !== 0 || draft.savedAt !== 0);
  return isBegun ? { ...draft, reply } : { ...draft, reply, basedOn: to, savedAt: 0 };
}

/**
 * Returns whether a reply was sent, by anybody or by automation, after the reply of the draft was begun or saved.
 *
 * @param isSentHere whether this page sent the reply of a row: its author knows that reply, and often begins the next
 *   one before its row arrives
 */
export function isOutdated(
  { reply, basedOn, savedAt }: Draft,
  rows: readonly RowJson[],
  isSentHere: (row: RowJson) => boolean,
): boolean {
  if (reply.trim() === "") return false;
  return rows.some((row) => {
    if (row.kind !== "out" || isSentHere(row)) return false;
    return basedOn === 0 ? savedAt !== 0 && Date.parse(row.at) > savedAt : row.seq > basedOn;
  });
}
