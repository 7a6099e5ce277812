/** The lines of a conversation as shown: messages, notes, grey events and separators, computed from its rows. Pure. */
import type { RowJson } from "../../shared/api/rows.ts";
import { deliveryOf, groupOutcomes, type Delivery } from "./delivery.ts";

type RowOf<K extends RowJson["kind"]> = Extract<RowJson, { kind: K }>;
type Message = Extract<RowOf<"in">["content"], { event: "message" }>;
/** What an agent, a rule or an API call sent. */
export type SentContent = RowOf<"out">["content"];

interface LineHead {
  /** Unique in the conversation; unchanged as long as the line is shown. */
  readonly key: string;
  /** The seq of the row that the line shows; for a separator, of the row after it. */
  readonly seq: number;
  /** Epoch ms. */
  readonly at: number;
}

/** One line of a conversation. */
export type Line =
  | (LineHead & { readonly type: "day" })
  | (LineHead & { readonly type: "new" })
  | (LineHead & { readonly type: "entered"; readonly label: string; readonly isVerified: boolean })
  | (LineHead & { readonly type: "happened"; readonly event: string; readonly name: string })
  | (LineHead & { readonly type: "session"; readonly row: RowOf<"session"> })
  | (LineHead & { readonly type: "rated"; readonly score: number })
  | (LineHead & { readonly type: "note"; readonly by: string | null; readonly text: string })
  | (LineHead & {
      readonly type: "in";
      readonly message: Message;
      /** Whether the line is grouped with the message before it. */
      readonly isNext: boolean;
      /** Whether the line is grouped with the message after it, which then shows the time. */
      readonly isFollowed: boolean;
    })
  | (LineHead & {
      readonly type: "out";
      readonly id: string;
      readonly by: RowOf<"out">["by"];
      readonly purpose: string;
      readonly content: SentContent;
      readonly isAi: boolean;
      readonly part: number;
      readonly parts: number;
      readonly delivery: Delivery;
      readonly isNext: boolean;
    })
  /** An automatic message that was not created, because automation may not answer at that time. */
  | (LineHead & { readonly type: "withheld"; readonly reason: string; readonly text: string | null });

/** Messages of one author that follow each other within this time are grouped, milliseconds. */
const TOGETHER_MS = 3 * 60_000;

/**
 * Returns the lines of the rows.
 *
 * @param newFrom the first row that was unread when the conversation was opened; null: none
 */
export function toLines(rows: readonly RowJson[], newFrom: number | null): readonly Line[] {
  const outcomes = groupOutcomes(rows);
  const lines: Line[] = [];
  let day = "";
  for (const row of rows) {
    const at = Date.parse(row.at);
    const ofDay = new Date(at).toDateString();
    const isSeparated = ofDay !== day || row.seq === newFrom;
    const line = lineOf(row, at, outcomes, isSeparated ? undefined : lines.at(-1));
    if (line === null) continue;
    if (ofDay !== day) lines.push({ type: "day", key: `d${row.seq}`, seq: row.seq, at });
    day = ofDay;
    if (row.seq === newFrom) lines.push({ type: "new", key: "new", seq: row.seq, at });
    lines.push(line);
    // The row of a transfer contains the note for the next agent.
    if (row.kind === "session" && row.content !== null) {
      const { text } = row.content;
      lines.push({ type: "note", key: `n${row.seq}`, seq: row.seq, at, by: row.by.id ?? null, text });
    }
  }
  return lines.map((line, index) => markFollowed(line, lines[index + 1]));
}

function markFollowed(line: Line, next: Line | undefined): Line {
  return line.type === "in" && next?.type === "in" && next.isNext ? { ...line, isFollowed: true } : line;
}

function lineOf(row: RowJson, at: number, outcomes: ReturnType<typeof groupOutcomes>, last?: Line): Line | null {
  const head = { key: String(row.seq), seq: row.seq, at };
  switch (row.kind) {
    case "in":
      return inLine(row, head, last);
    case "out": {
      const { type: _type, purpose, part, parts, isAi = false } = row.facts;
      const delivery = deliveryOf(row, outcomes);
      const line = { ...head, type: "out", id: row.id, by: row.by, purpose, content: row.content, isAi } as const;
      return { ...line, part, parts, delivery, isNext: isSameOut(last, line) };
    }
    case "blocked":
      if (row.ref !== null) return null;
      return { ...head, type: "withheld", reason: row.facts.reason, text: textOf(row.content) };
    case "session":
      return row.facts.action === "unparked" && row.by.type === "user" ? null : { ...head, type: "session", row };
    case "note":
      return { ...head, type: "note", by: row.by.id ?? null, text: row.content.text };
    case "rating":
      return { ...head, type: "rated", score: row.facts.score };
    case "attempt":
    case "sent":
    case "failed":
    case "held":
    case "unconfirmed":
    case "retry":
    case "late":
      return null;
  }
}

function inLine(row: RowOf<"in">, head: LineHead, last: Line | undefined): Line {
  const { content } = row;
  if (content.event === "message") {
    const isNext = last?.type === "in" && head.at - last.at < TOGETHER_MS;
    return { ...head, type: "in", message: content, isNext, isFollowed: false };
  }
  if (content.event === "action" && content.type === "enter") {
    const { context, entryText } = content;
    return { ...head, type: "entered", label: context.label || entryText, isVerified: context.verified !== null };
  }
  return { ...head, type: "happened", event: content.event, name: content.name };
}

function isSameOut(last: Line | undefined, line: { readonly at: number; readonly by: RowOf<"out">["by"] }): boolean {
  if (last?.type !== "out" || line.at - last.at >= TOGETHER_MS) return false;
  return last.by.type === line.by.type && last.by.id === line.by.id;
}

function textOf(content: RowOf<"blocked">["content"]): string | null {
  return content?.type === "text" ? content.content : null;
}

/**
 * Returns the newest state of the session according to the rows, null when none of them contains one; used for
 * conversations that are in none of the page's lists.
 */
export function lastSession(rows: readonly RowJson[]): RowOf<"session">["facts"] | null {
  const row = rows.findLast((candidate) => candidate.kind === "session");
  return row?.kind === "session" ? row.facts : null;
}
