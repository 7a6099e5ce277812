/**
 * The data of a conversation that lists show in addition to its session: the user, the reply window, the newest
 * message. Kept beside the entry of an open session and stored with its row; the text is sealed.
 */
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { isoTime } from "../../shared/api/schemas.ts";
import type { WindowStatus } from "../conversation/core/window.ts";
import type { Snapshot } from "../conversation/session/rpc.ts";
import type { TextSealer } from "../platform/sealed-text.ts";
import { findNewestLine, type Line } from "./core/messages/line.ts";
import { followReply, type Reply } from "./core/messages/reply.ts";
import type { Draft } from "./core/state.ts";
import type { TableDraft } from "./core/table.ts";
import type { ConversationReport, DeskContact } from "./rpc.ts";

/** The newest message, as stored. */
export type StoredLine = Omit<Line, "text"> & {
  /** Null: the message has no text, or texts cannot be sealed. */
  readonly sealed: string | null;
};

/** The data kept of a conversation with an open session. */
export interface Details {
  readonly log: string;
  /** The seq up to which the window is valid. */
  readonly to: number;
  readonly window: WindowStatus;
  /** Null until the conversation has reported. */
  readonly contact: DeskContact | null;
  readonly line: StoredLine | null;
  /** The newest reply of an agent; absent: none is known. */
  readonly reply?: Reply;
}

/** Seals and opens the texts of lists. */
export interface LineTexts {
  readonly seal: (conversation: string, line: Line) => StoredLine;
  readonly open: (conversation: string, line: StoredLine) => DeskRow["line"];
}

/**
 * Creates the functions that seal and open the texts of lists. An opened text is cached while its line is in memory.
 *
 * @param sealer undefined: no text is stored or shown
 */
export function createLineTexts(sealer: TextSealer | undefined): LineTexts {
  const texts = new WeakMap<StoredLine, string | null>();
  const placeOf = (conversation: string) => ({ place: "desk:lines", row: conversation });
  return {
    seal(conversation, { text, ...line }) {
      const sealed = text === null || sealer === undefined ? null : sealer.seal(placeOf(conversation), text);
      const stored = { ...line, sealed };
      texts.set(stored, sealed === null ? null : text);
      return stored;
    },
    open(conversation, stored) {
      const { at, by, agent, kind, sealed } = stored;
      let text = texts.get(stored);
      if (text === undefined) {
        const opened = sealed === null ? undefined : sealer?.open(placeOf(conversation), sealed);
        text = opened?.ok === true ? opened.value : null;
        texts.set(stored, text);
      }
      return { at: isoTime(at), by, ...(agent !== undefined && { agent }), kind, text };
    },
  };
}

/** Stores the user, the window, the newest message and the newest reply of a report, if its log has an open session. */
export function keepReport(
  draft: Draft,
  details: TableDraft<Details>,
  conversation: string,
  { snapshot, contact, rows }: ConversationReport,
  texts: LineTexts,
): void {
  const newest = findNewestLine(rows);
  change(draft, details, conversation, snapshot, (before) => {
    const isNewLine = newest !== undefined && newest.seq > (before.line?.seq ?? 0);
    const reply = followReply(before.reply, rows);
    const line = isNewLine ? texts.seal(conversation, newest) : before.line;
    return { ...before, contact, line, ...(reply && { reply }) };
  });
}

/** Stores the reply window that an answer contains, if its log has an open session. */
export function keepWindow(draft: Draft, details: TableDraft<Details>, conversation: string, snapshot: Snapshot): void {
  change(draft, details, conversation, snapshot, (before) => before);
}

/** Removes the data of conversations that no longer have an open session, or have another log. */
export function dropDetails({ entries }: Draft, details: TableDraft<Details>): void {
  for (const [conversation, entry] of entries.changes) {
    const kept = details.get(conversation);
    if (kept !== undefined && kept.log !== entry?.log) details.remove(conversation);
  }
}

/** Changes the details of an open session of this log; a change makes its row part of the next frames. */
function change(
  draft: Draft,
  details: TableDraft<Details>,
  conversation: string,
  { log, to, window }: Snapshot,
  apply: (before: Details) => Details,
): void {
  const entry = draft.entries.get(conversation);
  if (entry?.log !== log) return;
  const kept = details.get(conversation);
  const known = kept?.log === log ? kept : undefined;
  const before: Details = known ?? { log, to, window, contact: null, line: null };
  const next = apply(to < before.to ? before : { ...before, to, window });
  if (known !== undefined && showsTheSame(known, next)) return;
  details.set(conversation, next);
  draft.entries.set(conversation, { ...entry });
}

/** Returns whether the displayed values are the same; a newer position alone does not count as a difference. */
function showsTheSame(one: Details, other: Details): boolean {
  const shownOf = ({ contact, window, line, reply }: Details): string => JSON.stringify([contact, window, line, reply]);
  return shownOf(one) === shownOf(other);
}
