/**
 * The newest message of a conversation as lists show it: shortened, with personal data masked, so that only the part of
 * a text that a list needs is kept. Pure.
 */
import { MAX_LINE, type DeskRow } from "../../../../shared/api/desk/row.ts";
import type { RowJson } from "../../../../shared/api/rows.ts";
import type { Author } from "../../../../shared/message/author.ts";
import { clipText } from "../../../../shared/text/graphemes.ts";
import { maskPersonalData } from "../../../../shared/text/personal-data.ts";

/** Who wrote a message, as lists distinguish it. */
type LineAuthor = NonNullable<DeskRow["line"]>["by"];

/** The newest message of a conversation. */
export interface Line {
  readonly seq: number;
  /** The time of the message's row, epoch ms. */
  readonly at: number;
  readonly by: LineAuthor;
  /** The id of the agent who sent the message; absent: no agent did. */
  readonly agent?: string;
  /** The type of the message. */
  readonly kind: string;
  /** Masked and shortened; null: the message has no text. */
  readonly text: string | null;
}

const AUTHORS = {
  user: "user",
  agent: "agent",
  external: "agent",
  api: "api",
  rule: "auto",
  handler: "auto",
  bot: "auto",
  system: "system",
} as const satisfies Readonly<Record<Author["type"], LineAuthor>>;

/** Returns the newest message among rows in ascending order; undefined: none of them is a message to or of the user. */
export function findNewestLine(rows: readonly RowJson[]): Line | undefined {
  const row = rows.findLast(
    ({ kind, facts }) => kind === "out" || (kind === "in" && "event" in facts && facts.event === "message"),
  );
  if (row === undefined || (row.kind !== "in" && row.kind !== "out")) return undefined;
  const { seq, at, by, facts, content } = row;
  const text = "content" in content ? clipText(maskPersonalData(content.content), MAX_LINE) : null;
  const agent = by.type === "agent" && by.id !== undefined ? { agent: by.id } : {};
  return { seq, at: Date.parse(at), by: AUTHORS[by.type], ...agent, kind: facts.type, text };
}
