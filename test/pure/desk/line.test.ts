/** The newest message as it is shown in lists. */
import { describe, it } from "vitest";
import type { RowJson } from "../../../shared/api/rows.ts";
import type { Author } from "../../../shared/message/author.ts";
import { findNewestLine } from "../../../worker/desk/core/messages/line.ts";

const AT = "2026-11-30T08:00:00.000Z";
const user = { type: "user" } as const;

function written(seq: number, content: string): RowJson {
  const facts = { event: "message", type: "text" } as const;
  const inbound = { event: "message", type: "text", name: "text", createdAt: AT, id: "1", content } as const;
  return { seq, at: AT, kind: "in", ref: null, by: user, facts, content: inbound };
}

function sent(seq: number, by: Author, content = "您好"): RowJson {
  const facts = { type: "text", purpose: "reply", part: 0, parts: 1 } as const;
  return { seq, at: AT, kind: "out", ref: null, id: "m", by, facts, content: { type: "text", content } };
}

const entered: RowJson = {
  seq: 9,
  at: AT,
  kind: "in",
  ref: null,
  by: user,
  facts: { event: "action", type: "enter" },
  content: {
    event: "action",
    type: "enter",
    name: "user_enter_tempsession",
    createdAt: AT,
    entryText: "",
    context: { label: "", claimed: null, verified: null, unverifiedReason: null },
  },
};
const note: RowJson = {
  seq: 8,
  at: AT,
  kind: "note",
  ref: null,
  by: { type: "agent", id: "a" },
  facts: { session: 1 },
  content: { text: "for colleagues" },
};

describe("the newest line", () => {
  it("is the last message among other rows, not a note, an outcome or an enter event", ({ expect }) => {
    expect(findNewestLine([written(1, "在吗"), sent(2, { type: "agent", id: "a" }), note, entered])).toEqual({
      seq: 2,
      at: Date.parse(AT),
      by: "agent",
      agent: "a",
      kind: "text",
      text: "您好",
    });
    expect(findNewestLine([note, entered])).toBeUndefined();
    expect(findNewestLine([])).toBeUndefined();
  });

  it("has personal data masked before it is cut to 80 characters", ({ expect }) => {
    expect(findNewestLine([written(1, "电话13800138000")])?.text).toBe("电话138****8000");
    const long = `${"长".repeat(75)}13800138000`;
    const text = findNewestLine([written(1, long)])?.text ?? "";
    expect(Array.from(text)).toHaveLength(80);
    expect(text).toContain("138*");
  });

  it("has no text when the message has none", ({ expect }) => {
    const facts = { event: "message", type: "image" } as const;
    const content = { event: "message", type: "image", name: "image", createdAt: AT, id: "2", mediaId: "x" } as const;
    const image: RowJson = { seq: 3, at: AT, kind: "in", ref: null, by: user, facts, content };
    expect(findNewestLine([image])).toMatchObject({ by: "user", kind: "image", text: null });
  });

  it("names its author as lists distinguish them", ({ expect }) => {
    const authors: readonly Author["type"][] = ["agent", "external", "api", "rule", "handler", "bot", "system"];
    const shown = authors.map((type) => findNewestLine([sent(1, { type })])?.by);
    expect(shown).toEqual(["agent", "agent", "api", "auto", "auto", "auto", "system"]);
  });
});
