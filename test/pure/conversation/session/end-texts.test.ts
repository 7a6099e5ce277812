/** The message about the end of a session: closing text and request for a rating are one message, sent if a send is left. */
import { describe, it } from "vitest";
import type { EndTexts } from "../../../../worker/conversation/core/session/service-text.ts";
import { must } from "../../../support/conversation.ts";
import { ACCEPTED } from "../../../support/delivery.ts";
import { createServed, leaseIn, OPEN, refusalOf, type Served } from "../../../support/served.ts";

const TEXTS: EndTexts = { closing: "再见", rating: "请回复 1 到 5" };

function taken(): Served {
  const chat = createServed();
  chat.says([]);
  chat.changes({ type: "take", agent: "a" });
  return chat;
}

function closes(chat: Served, texts: EndTexts, reason: "agent" | "idle" = "agent", id = "close") {
  const { to: seenSeq } = must(chat.snapshot());
  return chat.changes({ type: "close", reason, seenSeq, ...texts }, { id });
}

/** The messages that wait, as purpose and text. */
const sends = (chat: Served) =>
  chat.rows("out").map(({ facts, content }) => [facts.purpose, content?.type === "text" ? content.content : ""]);

describe("the end of a session", () => {
  it("is announced in one message, and the digit that follows is the rating", ({ expect }) => {
    const chat = taken();
    expect(refusalOf(closes(chat, TEXTS))).toBeUndefined();
    expect(sends(chat)).toEqual([["rating", "再见\n请回复 1 到 5"]]);
    chat.settles(must(chat.wakes()), ACCEPTED);
    chat.pass(1_000);
    chat.says([], "4");
    expect(chat.state().sessions).toMatchObject({ open: null, closed: { score: 4 } });
  });

  it("is announced with the closing text only, with the request only, or not at all", ({ expect }) => {
    const [one, other, none] = [taken(), taken(), taken()];
    closes(one, { closing: "再见" });
    closes(other, { rating: "请打分" }, "agent");
    closes(none, {});
    expect([one, other, none].map(sends)).toEqual([[["closing", "再见"]], [["rating", "请打分"]], []]);
    one.settles(must(one.wakes()), ACCEPTED);
    one.pass(1_000);
    one.says([], "5");
    expect(one.rows("rating")).toEqual([]);
  });

  it("asks for no rating when no agent served the user", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    closes(chat, TEXTS);
    expect(sends(chat)).toEqual([["closing", "再见"]]);
  });

  it("is announced when an idle session is closed", ({ expect }) => {
    const chat = taken();
    chat.settles(leaseIn(chat.replies("a", "在的")), ACCEPTED);
    closes(chat, TEXTS, "idle");
    expect(sends(chat).at(-1)).toEqual(["rating", "再见\n请回复 1 到 5"]);
  });

  it("is announced once, however often the command is repeated, and not by a refused one", ({ expect }) => {
    const chat = taken();
    const { session, version } = chat.named();
    expect(
      refusalOf(chat.commands({ type: "close", reason: "agent", seenSeq: 0, session, version, ...TEXTS })),
    ).toEqual({
      reason: "stale",
    });
    expect(sends(chat)).toEqual([]);
    closes(chat, TEXTS);
    closes(chat, TEXTS);
    expect(sends(chat)).toHaveLength(1);
  });

  it("is not announced without a send left, and the session is closed", ({ expect }) => {
    const chat = taken();
    for (const content of ["1", "2", "3", "4", "5"]) {
      chat.settles(leaseIn(chat.replies("a", content)), ACCEPTED);
    }
    expect(refusalOf(closes(chat, TEXTS))).toBeUndefined();
    expect(chat.rows("out")).toHaveLength(5);
    expect(chat.state().sessions?.closed).toMatchObject({ reason: "agent" });
  });

  it("is followed by thanks for the rating, once, by what the settings say then", ({ expect }) => {
    const desk = { ...OPEN, thanks: "谢谢您的评价" };
    const chat = taken();
    closes(chat, TEXTS);
    chat.settles(must(chat.wakes()), ACCEPTED);
    chat.pass(1_000);
    const lease = must(chat.says([], "4", { desk }).lease);
    expect([lease.message, sends(chat).at(-1)]).toEqual([
      { type: "text", content: desk.thanks },
      ["thanks", desk.thanks],
    ]);
    chat.settles(lease, ACCEPTED);
    expect(chat.state().sessions).toMatchObject({ open: null, closed: { score: 4 } });
    chat.pass(1_000);
    chat.says([], "5", { desk });
    expect(sends(chat)).toHaveLength(2);
    expect(chat.state().sessions?.open).not.toBeNull();
  });

  it("is followed by no thanks for a digit that is no rating", ({ expect }) => {
    const chat = taken();
    closes(chat, { closing: "再见" });
    chat.settles(must(chat.wakes()), ACCEPTED);
    chat.pass(1_000);
    chat.says([], "4", { desk: { ...OPEN, thanks: "谢谢您的评价" } });
    expect(sends(chat)).toEqual([["closing", "再见"]]);
  });

  it("is no longer announced when the user writes before it is sent", ({ expect }) => {
    const chat = taken();
    closes(chat, TEXTS);
    chat.pass(1_000);
    chat.says([], "还有一个问题");
    expect(chat.wakes()).toBeUndefined();
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["outdated"]);
  });
});
