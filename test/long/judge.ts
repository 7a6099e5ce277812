/**
 * The checks of a long run: one user's records at the emulator compared with the worker's log of the user, by promise 1
 * of docs/reference/promises.md. The emulator's records contain all pushes with their acknowledgements, and all
 * messages sent; the log must explain all of them. Pure.
 *
 * An answer that did not arrive is not a loss when the log records why: every allowed attempt was interrupted
 * (`unknown`), WeChat was busy four times (`refused`), or the app's daily quota is used up (`waiting`). Those are
 * counted and reported separately from the violations: docs/design/long-proof.md.
 */
import type { Row } from "../../client/index.ts";
import type { PushOutcome } from "../../emulator/push-model.ts";

/** The records about one user, of the emulator and of the worker. */
export interface PersonBooks {
  readonly openid: string;
  /** UNCONFIRMED_RETRY at the time of the message. */
  readonly unconfirmedRetry: 0 | 1;
  readonly pushes: readonly PushBook[];
  /** Messages sent to the user by the REST API; `accepted`: the answer was 202. */
  readonly requests: readonly { readonly mark: string; readonly accepted: boolean }[];
  /** The texts WeChat accepted for the user, oldest first. */
  readonly delivered: readonly string[];
  /** How often WeChat refused a message for the user with an errcode. */
  readonly refusals: number;
  /**
   * When an attempt may have been interrupted, epoch ms: the worker was killed, or WeChat left a call without an
   * answer.
   */
  readonly cutOffs: readonly number[];
  /** WeChat answered the user's app that the daily quota is used up (45009). */
  readonly isQuotaUsed: boolean;
  /** The worker's log; empty when it has none of the user. */
  readonly rows: readonly Row[];
}

/** The record of one push at WeChat. */
export interface PushBook {
  readonly mark: string;
  readonly outcome: PushOutcome;
  /** The automatic answers that are due once the push is stored. */
  readonly due: readonly string[];
  readonly answer: "received" | "handover";
}

/** The kinds of violations. */
export type ViolationKind =
  | "acknowledged but not stored"
  | "stored twice"
  | "answered otherwise than planned"
  | "stored but never pushed"
  | "answer missing"
  | "answer written twice"
  | "answer lost"
  | "answer still waiting"
  | "called sent but never arrived"
  | "sent but not in the log"
  | "duplicate without unconfirmed"
  | "more than one duplicate"
  | "duplicate in spite of UNCONFIRMED_RETRY=0"
  | "unconfirmed for no reason"
  | "more goes than allowed"
  | "out of order"
  | "accepted request lost"
  | "request written twice"
  | "request sent twice";

/** A violation. */
export interface Violation {
  readonly openid: string;
  readonly kind: ViolationKind;
  readonly what: string;
}

/** The outcome of one message to the user. */
export type Fate =
  | { readonly fate: "delivered"; readonly duplicates: number }
  /** Every allowed attempt was interrupted, and none arrived: reported as unknown. */
  | { readonly fate: "unknown" }
  /** WeChat was busy for every attempt. */
  | { readonly fate: "refused" }
  /** The message waits for the next daily quota. */
  | { readonly fate: "waiting" };

/** The result for one user. */
export interface Judgement {
  readonly violations: readonly Violation[];
  /** The outcome of each message in the log. */
  readonly fates: readonly Fate["fate"][];
  /** Messages that the user received twice, each on a row marked `unconfirmed`. */
  readonly duplicates: number;
  /** Pushes in the log whose acknowledgement never reached WeChat. */
  readonly storedUnacknowledged: number;
}

type OutRow = Extract<Row, { kind: "out" }>;

/**
 * The tolerance when records of two processes on one machine are compared, milliseconds: a kill is recorded before the
 * signal arrives, a call when it arrives.
 */
const CLOCK_SLACK_MS = 1_000;
/** The number of busy answers after which a message is given up (docs/design/0005-facts-and-decisions.md). */
const MAX_TRIES = 4;

/**
 * Checks the records of one user.
 *
 * @returns the violations, the outcomes of the messages, and counts
 */
export function judge(books: PersonBooks): Judgement {
  const violations: Violation[] = [];
  const accuse = (kind: ViolationKind, what: string): void => {
    violations.push({ openid: books.openid, kind, what });
  };
  const stored = judgePushes(books, accuse);
  const outs = books.rows.filter((row) => row.kind === "out");
  judgeDue(stored, outs, accuse);
  judgeRequests(books, outs, accuse);
  const written = new Set(outs.map(textOf));
  for (const text of new Set(books.delivered)) if (!written.has(text)) accuse("sent but not in the log", text);
  const fates = outs.flatMap((out) => judgeMessage(books, out, accuse) ?? []);
  judgeOrder(books, outs, accuse);
  return {
    violations,
    fates: fates.map(({ fate }) => fate),
    duplicates: fates.reduce((sum, fate) => sum + (fate.fate === "delivered" ? fate.duplicates : 0), 0),
    storedUnacknowledged: stored.filter(({ outcome }) => !isAcknowledged(outcome)).length,
  };
}

/** Whether all messages of a user have an outcome, and none is attempted again, so that the user can be checked. */
export function isSettled(books: PersonBooks): boolean {
  if (judge(books).violations.some(({ kind }) => kind === "answer still waiting")) return false;
  return books.rows.every((row) => row.kind !== "out" || isOver(books, row));
}

function isOver(books: PersonBooks, out: OutRow): boolean {
  const kinds = books.rows.flatMap((row) => ("ref" in row && row.ref === out.seq ? [row.kind] : []));
  const isEnded = kinds.some((kind) => kind === "sent" || kind === "failed" || kind === "blocked");
  const unconfirmed = kinds.filter((kind) => kind === "unconfirmed").length;
  return isEnded || unconfirmed >= goesOf(books, out) || (books.isQuotaUsed && waits(books.rows, out));
}

/** The number of attempts that a message may have. */
function goesOf({ unconfirmedRetry }: PersonBooks, { by }: OutRow): number {
  return by.type === "rule" && unconfirmedRetry === 1 ? 2 : 1;
}

type Accuse = (kind: ViolationKind, what: string) => void;

/** @returns the pushes that are in the log */
function judgePushes({ pushes, rows }: PersonBooks, accuse: Accuse): readonly PushBook[] {
  const heard = rows.filter((row) => row.kind === "in");
  const marks = heard.map(({ content }) => markOf(content));
  const pushed = new Set(pushes.map(({ mark }) => mark));
  for (const mark of marks) if (!pushed.has(mark)) accuse("stored but never pushed", mark);
  for (const { mark, outcome, answer } of pushes) {
    const found = heard.filter(({ content }) => markOf(content) === mark);
    if (found.length === 0 && isAcknowledged(outcome)) accuse("acknowledged but not stored", mark);
    if (found.length > 1) accuse("stored twice", mark);
    const given = outcome === "transferred" ? "handover" : "received";
    if (isAcknowledged(outcome) && given !== answer) accuse("answered otherwise than planned", mark);
  }
  return pushes.filter(({ mark }) => marks.includes(mark));
}

/** A stored message is due an answer, whether or not WeChat received the acknowledgement. */
function judgeDue(stored: readonly PushBook[], outs: readonly OutRow[], accuse: Accuse): void {
  for (const due of stored.flatMap((push) => push.due)) {
    const written = outs.filter((out) => out.by.type === "rule" && textOf(out) === due).length;
    if (written === 0) accuse("answer missing", due);
    if (written > 1) accuse("answer written twice", due);
  }
}

function judgeRequests({ requests }: PersonBooks, outs: readonly OutRow[], accuse: Accuse): void {
  for (const { mark, accepted } of requests) {
    const written = outs.filter((out) => out.by.type === "api" && textOf(out) === mark).length;
    if (written === 0 && accepted) accuse("accepted request lost", mark);
    if (written > 1) accuse("request written twice", mark);
  }
}

function judgeMessage(books: PersonBooks, out: OutRow, accuse: Accuse): Fate | undefined {
  const text = textOf(out);
  const about = books.rows.filter((row) => "ref" in row && row.ref === out.seq);
  const count = (kind: Row["kind"]): number => about.filter((row) => row.kind === kind).length;
  const arrived = books.delivered.filter((line) => line === text).length;
  const unconfirmed = count("unconfirmed");
  const goes = goesOf(books, out);
  if (unconfirmed > goes) accuse("more goes than allowed", text);
  if (!isEachCutOff(books, out, about)) accuse("unconfirmed for no reason", text);
  if (arrived > 1) judgeDuplicate({ books, out, arrived, unconfirmed }, accuse);
  if (arrived > 0) return { fate: "delivered", duplicates: arrived - 1 };

  if (count("sent") > 0) accuse("called sent but never arrived", text);
  else if (unconfirmed >= goes) return { fate: "unknown" };
  else if (count("failed") > 0 && books.refusals >= MAX_TRIES) return { fate: "refused" };
  else if (count("failed") + count("blocked") > 0) accuse("answer lost", text);
  else if (books.isQuotaUsed && waits(books.rows, out)) return { fate: "waiting" };
  else accuse("answer still waiting", text);
  return undefined;
}

/** Whether each attempt that ended under way was interrupted, between the row before its end and its end. */
function isEachCutOff({ cutOffs }: PersonBooks, out: OutRow, about: readonly Row[]): boolean {
  let begin = Date.parse(out.at);
  for (const { kind, at } of about) {
    const end = Date.parse(at);
    const isCutOff = cutOffs.some((time) => time >= begin - CLOCK_SLACK_MS && time <= end + CLOCK_SLACK_MS);
    if (kind === "unconfirmed" && !isCutOff) return false;
    begin = end;
  }
  return true;
}

/** Whether a message waits for its next attempt, or for another message that does. */
function waits(rows: readonly Row[], out: OutRow): boolean {
  const last = rows.findLast((row) => "ref" in row && row.ref === out.seq);
  if (last !== undefined) return last.kind === "retry";
  return rows.some((row) => row.kind === "out" && row.seq < out.seq && waits(rows, row));
}

interface Copies {
  readonly books: PersonBooks;
  readonly out: OutRow;
  readonly arrived: number;
  readonly unconfirmed: number;
}

function judgeDuplicate({ books, out, arrived, unconfirmed }: Copies, accuse: Accuse): void {
  const text = textOf(out);
  if (out.by.type === "api") accuse("request sent twice", text);
  else if (books.unconfirmedRetry === 0) accuse("duplicate in spite of UNCONFIRMED_RETRY=0", text);
  else if (unconfirmed === 0) accuse("duplicate without unconfirmed", text);
  else if (arrived > 2) accuse("more than one duplicate", text);
}

/**
 * Messages arrive in the order in which they were written, except that later ones may overtake a message that waits for
 * a second attempt.
 */
function judgeOrder({ rows, delivered }: PersonBooks, outs: readonly OutRow[], accuse: Accuse): void {
  const waited = new Set(rows.flatMap((row) => (row.kind === "unconfirmed" ? [row.ref] : [])));
  const arrived = outs.filter((out) => delivered.includes(textOf(out)));
  const place = (out: OutRow): number => delivered.indexOf(textOf(out));
  for (const [index, later] of arrived.entries()) {
    const passed = arrived.slice(0, index).find((out) => place(out) > place(later) && !waited.has(out.seq));
    if (passed !== undefined) accuse("out of order", `${textOf(later)} before ${textOf(passed)}`);
  }
}

function isAcknowledged(outcome: PushOutcome): boolean {
  return outcome === "acknowledged" || outcome === "transferred";
}

function markOf(content: Extract<Row, { kind: "in" }>["content"]): string {
  if ("content" in content && typeof content.content === "string") return content.content;
  if ("entryText" in content) return content.entryText;
  return content.name;
}

function textOf({ content }: OutRow): string {
  return content.type === "text" ? content.content : content.type;
}
