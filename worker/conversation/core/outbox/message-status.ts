/**
 * Computes the status of a message from its rows (the `out` rows of its parts and their outcomes) and from the queue
 * and the held messages.
 */
import type { MessageStatus } from "../../../../shared/api/message-status.ts";
import { sourceOf } from "../../../../shared/message/author.ts";
import { SOURCES } from "../../../../shared/message/source.ts";
import type { Row } from "../rows.ts";
import type { ConversationState } from "../state.ts";
import { findWaiting, type Waiting } from "./waiting.ts";

/** One part of a message. */
export interface PartState {
  /** The number of the part, counted from 1. */
  readonly part: number;
  readonly status: MessageStatus;
  /** Why the part failed or was blocked. */
  readonly reason?: string;
  readonly code?: string;
  /** Why the part is not sent yet. */
  readonly waiting?: Waiting;
}

/** The status of a message and of its parts, from which the API's answer is built (`toMessageJson`). */
export interface MessageProgress {
  /** The seq of the first part's row. */
  readonly seq: number;
  readonly status: MessageStatus;
  readonly parts: readonly PartState[];
}

/** Most severe first: a message takes the status of its worst part. */
const MOST_SEVERE_FIRST: readonly MessageStatus[] = [
  "failed",
  "blocked",
  "unconfirmed",
  "retrying",
  "sending",
  "held",
  "queued",
  "sent",
];

/**
 * Computes the status of a message.
 *
 * @param seq the seq of the first part's row
 * @param rows the log from that row on (rows of other messages are skipped)
 * @param state the conversation's folded state
 * @returns undefined when `seq` is not a message
 */
export function foldMessageProgress(
  seq: number,
  rows: readonly Row[],
  state: ConversationState,
): MessageProgress | undefined {
  const outs = rows.filter((row) => row.kind === "out" && (row.seq === seq || row.ref === seq));
  const first = outs[0];
  if (first === undefined || first.seq !== seq || first.ref !== null) return undefined;
  const parts = outs.map((row, index) => partState(row.seq, seq, index + 1, rows, state));
  const status = MOST_SEVERE_FIRST.find((candidate) => parts.some((part) => part.status === candidate)) ?? "queued";
  return { seq, status, parts };
}

/** The time after an attempt expired within which its outcome can still arrive, milliseconds. */
const LATE_MS = 10 * 60_000;

/**
 * What rows after the given ones may still contain. `nothing`: no row that changes the status · `late`: a late `sent`,
 * which takes precedence over an unconfirmed outcome and over the queue · `end`: the final outcome of the message, or
 * of the resend of an automatic message.
 */
export type Missing = "nothing" | "late" | "end";

/**
 * Returns whether rows after the given ones can change the status of a message, and how.
 *
 * @param seq the seq of the first part's row
 * @param rows the log from that row on
 */
export function findMissing(seq: number, rows: readonly Row[], state: ConversationState): Missing {
  let missing: Missing = "nothing";
  for (const row of rows) {
    if (row.kind !== "out" || (row.seq !== seq && row.ref !== seq)) continue;
    const ofPart = missingOf(row, seq, rows, state);
    if (ofPart === "end") return "end";
    if (ofPart === "late") missing = "late";
  }
  return missing;
}

function missingOf(
  { seq, by }: Extract<Row, { kind: "out" }>,
  message: number,
  rows: readonly Row[],
  state: ConversationState,
): Missing {
  const outcomes = rows.filter((row) => row.ref === seq);
  if (outcomes.some((row) => row.kind === "sent")) return "nothing";
  const item = state.queue.find((candidate) => candidate.seq === seq);
  if (item !== undefined) return item.resend === 0 || isLateOver(outcomes, rows) ? "nothing" : "late";
  if (state.held.some((held) => held.message === message)) return "nothing";
  const last = outcomes.findLast((row) => isVerdict(row.kind) || row.kind === "unconfirmed");
  if (last === undefined) return heldVerdict(message, rows) === undefined ? "end" : "nothing";
  const unknown = outcomes.filter((row) => row.kind === "unconfirmed").length;
  if (unknown === 0) return "nothing";
  if (last.kind === "unconfirmed" && unknown === 1 && SOURCES[sourceOf(by)].isAutomatic) return "end";
  return isLateOver([last], rows) ? "nothing" : "late";
}

/** Returns whether the given rows extend beyond the time in which a late outcome can follow the last of `outcomes`. */
function isLateOver(outcomes: readonly Row[], rows: readonly Row[]): boolean {
  const last = outcomes.at(-1);
  return last !== undefined && (rows.at(-1)?.seq ?? 0) > last.seq + LATE_MS;
}

function partState(
  seq: number,
  message: number,
  part: number,
  rows: readonly Row[],
  state: ConversationState,
): PartState {
  const outcomes = rows.filter((row) => row.ref === seq);
  if (outcomes.some((row) => row.kind === "sent")) return { part, status: "sent" };
  const item = state.queue.find((candidate) => candidate.seq === seq);
  if (item?.lease !== undefined) return { part, status: "sending" };
  if (item !== undefined) {
    const waiting = findWaiting(state, item);
    return { part, status: item.attempt > 0 ? "retrying" : "queued", ...(waiting && { waiting }) };
  }
  const held = state.held.find((candidate) => candidate.message === message);
  if (held !== undefined) return { part, status: "held", waiting: { reason: "held", until: held.until } };
  // An unconfirmed attempt may have reached the user, whatever happened after it.
  const unknown = outcomes.findLast((row) => row.kind === "unconfirmed");
  if (unknown !== undefined) return { part, status: "unconfirmed", reason: unknown.facts.reason };
  const verdict = outcomes.findLast((row) => isVerdict(row.kind)) ?? heldVerdict(message, rows);
  if (verdict?.kind === "failed" || verdict?.kind === "blocked") {
    const { reason, code } = verdict.facts;
    return { part, status: verdict.kind, reason, ...(code !== undefined && { code }) };
  }
  return { part, status: "queued" };
}

/**
 * Returns the `blocked` row of a held message that expired or was withdrawn; undefined: it has none. The message is
 * blocked as a whole, so the row refers to its first part.
 */
function heldVerdict(message: number, rows: readonly Row[]): Row | undefined {
  return rows.find(
    (row) =>
      row.ref === message &&
      row.kind === "blocked" &&
      (row.facts.reason === "hold_expired" || row.facts.reason === "withdrawn"),
  );
}

function isVerdict(kind: Row["kind"]): boolean {
  return kind === "failed" || kind === "blocked";
}
