/**
 * Messages and notes that the server does not have yet. The page gives each an id, which is its Idempotency-Key, so
 * that it can be sent again without being delivered twice. Pure.
 */
import type { RowJson } from "../../shared/api/rows.ts";

/** Why the server refused a message: the code of its problem, and the name in it, if any. */
export interface Refusal {
  readonly code: string;
  readonly name?: string | undefined;
  /** The platform's own code, when the platform refused. */
  readonly platformCode?: string | undefined;
}

/** A picture that the platform has. */
export interface UploadedPicture {
  readonly mediaId: string;
  /** After this time the id is invalid, epoch ms. */
  readonly expiresAt: number;
}

/**
 * What is to be sent. A picture is uploaded before it is sent; its id is kept for repeats, because a repeat with
 * another id would be another message.
 */
export type UnsentContent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "picture"; readonly bytes: Blob; readonly uploaded?: UploadedPicture };

/** A message that the server does not have yet. */
export interface Unsent {
  readonly id: string;
  readonly conversation: string;
  readonly log: string;
  readonly content: UnsentContent;
  /** Whether the message waits for the user's next message when it cannot be sent now. */
  readonly hold: boolean;
  /** The seq of the newest row that the author had seen; null: the message is sent even if there are newer rows. */
  readonly seenSeq: number | null;
  /** Epoch ms. */
  readonly writtenAt: number;
  /**
   * `undo`: it can be taken back before `until`. `waiting`: for a connection, or after a failure until `at`.
   * `accepted`: the server has it, and its row has not arrived. Times are epoch ms.
   */
  readonly phase:
    | { readonly name: "undo"; readonly until: number }
    | { readonly name: "waiting"; readonly at?: number }
    /** `share`: how much of a picture is uploaded, 0 to 1. */
    | { readonly name: "sending"; readonly share?: number }
    | { readonly name: "accepted"; readonly message: string | null }
    | { readonly name: "refused"; readonly refusal: Refusal };
}

/** A text that was not accepted within this time is not sent by itself after a reload, milliseconds. */
const RESEND_MS = 10 * 60_000;

/** Replaces the phase of one message. */
export function withPhase(list: readonly Unsent[], id: string, phase: Unsent["phase"]): readonly Unsent[] {
  return list.map((unsent) => (unsent.id === id ? { ...unsent, phase } : unsent));
}

/** Stores the id of an uploaded picture in its message. */
export function withUploaded(list: readonly Unsent[], id: string, uploaded: UploadedPicture): readonly Unsent[] {
  return list.map((unsent) =>
    unsent.id === id && unsent.content.type === "picture"
      ? { ...unsent, content: { ...unsent.content, uploaded } }
      : unsent,
  );
}

/** Returns the id of an uploaded picture; null: it must be uploaded. @param now epoch ms */
export function mediaIdOf({ content }: Unsent, now: number): string | null {
  const uploaded = content.type === "picture" ? content.uploaded : undefined;
  return uploaded !== undefined && uploaded.expiresAt > now ? uploaded.mediaId : null;
}

/**
 * Removes the accepted messages whose rows have arrived, and those of other conversations than the open one: their rows
 * are read when it is opened.
 */
export function withoutArrived(
  list: readonly Unsent[],
  open: { readonly conversation: string; readonly rows: readonly RowJson[] } | null,
): readonly Unsent[] {
  const ids = new Set(open?.rows.flatMap((row) => (row.kind === "out" ? [row.id] : [])));
  const left = list.filter(({ phase, conversation }) => {
    if (phase.name !== "accepted" || phase.message === null) return true;
    return conversation === open?.conversation && !ids.has(phase.message);
  });
  return left.length === list.length ? list : left;
}

/**
 * Returns the messages of a conversation to show below its rows: those whose rows are not shown yet.
 *
 * @param you the agent's id
 */
export function listShown(
  list: readonly Unsent[],
  conversation: string,
  rows: readonly RowJson[],
  you: string,
): readonly Unsent[] {
  return list.filter((unsent) => {
    if (unsent.conversation !== conversation) return false;
    // The row may arrive before the answer to the request that created it.
    return unsent.phase.name !== "sending" || !rows.some((row) => isRowOf(row, unsent, you));
  });
}

/** Returns whether a row is that of a message whose id is not known yet. @param you the agent's id */
export function isRowOf(row: RowJson, { content, writtenAt }: Unsent, you: string): boolean {
  if (row.by.type !== "agent" || row.by.id !== you || Date.parse(row.at) < writtenAt) return false;
  if (row.kind === "note") return content.type === "note" && row.content.text === content.text;
  if (row.kind !== "out") return false;
  if (content.type === "picture")
    return row.content.type === "image" && row.content.mediaId === content.uploaded?.mediaId;
  return row.content.type === "text" && content.text.startsWith(row.content.content.trim());
}

/** Returns the texts of a list as JSON values, so that they survive a reload; pictures are not included. */
export function toStored(list: readonly Unsent[]): readonly object[] {
  const kept = list.filter(({ content, phase }) => content.type !== "picture" && phase.name !== "accepted");
  return kept.map(toStoredOne);
}

function toStoredOne({ phase, ...unsent }: Unsent): object {
  return { ...unsent, refusal: phase.name === "refused" ? phase.refusal : null };
}

/**
 * Reads a stored list: texts that are sent again with their ids, and texts that stay visible as refused, with the
 * stored reason or `not_in_time` when they are too old. Invalid entries are dropped.
 */
export function fromStored(stored: unknown, now: number): readonly Unsent[] {
  const values: readonly unknown[] = Array.isArray(stored) ? stored : [];
  return values.flatMap((value) => {
    const unsent = readUnsent(value);
    if (unsent === null) return [];
    const isLate = unsent.phase.name === "waiting" && now - unsent.writtenAt > RESEND_MS;
    return [isLate ? { ...unsent, phase: { name: "refused", refusal: { code: "not_in_time" } } } : unsent];
  });
}

/** Returns the conversations that have a message which was refused. */
export function listFailed(list: readonly Unsent[]): ReadonlySet<string> {
  return new Set(list.flatMap(({ phase, conversation }) => (phase.name === "refused" ? [conversation] : [])));
}

function readUnsent(value: unknown): Unsent | null {
  if (!isRecord(value) || !isRecord(value["content"])) return null;
  const { id, conversation, log, hold, seenSeq, writtenAt, content, refusal } = value;
  const { type, text } = content;
  if (typeof id !== "string" || typeof conversation !== "string" || typeof log !== "string") return null;
  if ((type !== "text" && type !== "note") || typeof text !== "string" || typeof writtenAt !== "number") return null;
  return {
    id,
    conversation,
    log,
    content: { type, text },
    hold: hold === true,
    seenSeq: typeof seenSeq === "number" ? seenSeq : null,
    writtenAt,
    phase: isRecord(refusal) ? { name: "refused", refusal: readRefusal(refusal) } : { name: "waiting" },
  };
}

function readRefusal({ code, name, platformCode }: Readonly<Record<string, unknown>>): Refusal {
  return {
    code: typeof code === "string" ? code : "internal",
    ...(typeof name === "string" && { name }),
    ...(typeof platformCode === "string" && { platformCode }),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
