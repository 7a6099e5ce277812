/**
 * Sends that automation and the desk's own texts must not use because they are reserved, and a rating that arrives
 * before its request has an outcome.
 */
import { describe, it } from "vitest";
import type { Candidate } from "../../../../worker/conversation/core/candidate.ts";
import type { LeasedMessage } from "../../../../worker/conversation/rpc.ts";
import { must, reply, text } from "../../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../../support/delivery.ts";
import { createServed, leaseIn, refusalOf, type Served } from "../../../support/served.ts";

const FIVE: readonly Candidate[] = [reply("一", "二", "三", "四", "五")];

/** Sends everything that waits. @param first the attempt that the user's message leased; absent: the alarm leases one */
function sendAll(chat: Served, first?: LeasedMessage): void {
  let lease = first ?? chat.wakes();
  while (lease !== undefined) lease = chat.settles(lease, ACCEPTED) ?? undefined;
}

/** The user of a closed session is asked for a rating; returns the attempt. */
function asked(chat: Served) {
  chat.says([]);
  chat.changes({ type: "take", agent: "a" });
  const { to: seenSeq } = must(chat.snapshot());
  chat.changes({ type: "close", reason: "agent", seenSeq });
  const { closed } = must(chat.state().sessions);
  const { seq: session, lastUserSeq } = must(closed);
  return leaseIn(
    chat.commands({ type: "service_text", purpose: "rating", message: text("1–5？"), session, lastUserSeq }),
  );
}

const says = (chat: Served, purpose: "away" | "idle" | "closing" | "rating") => {
  const { open, closed } = must(chat.state().sessions);
  const { seq: session, lastUserSeq } = must(open ?? closed);
  return chat.commands({ type: "service_text", purpose, message: text("稍等"), session, lastUserSeq });
};

describe("where agents of the desk serve", () => {
  it("automation uses three of the five sends, and the user then waits for an agent", ({ expect }) => {
    const chat = createServed();
    sendAll(chat, chat.says(FIVE).lease);
    expect(chat.rows("sent")).toHaveLength(3);
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["quota_used", "quota_used"]);
    expect(chat.state().sessions?.open?.status).toBe("queued");
    expect(chat.snapshot()?.window.remaining).toBe(2);
  });

  it("an agent may use every send that is left", ({ expect }) => {
    const chat = createServed();
    sendAll(chat, chat.says(FIVE).lease);
    expect(["1", "2"].map((content) => refusalOf(chat.replies("a", content)))).toEqual([undefined, undefined]);
    expect(refusalOf(chat.replies("a", "3"))).toEqual({ reason: "quota_used" });
  });

  it("the API is not restricted", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    expect(["1", "2", "3", "4", "5", "6"].map((content) => chat.submits(content).ok)).toEqual([
      ...Array.from({ length: 5 }, () => true),
      false,
    ]);
  });

  it("the desk's texts leave the last send for closing and rating", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    for (const content of ["1", "2", "3"]) chat.submits(content);
    expect(refusalOf(says(chat, "away"))).toBeUndefined();
    expect(refusalOf(says(chat, "away"))).toEqual({ reason: "quota_used" });
    sendAll(chat);
    const { to: seenSeq } = must(chat.snapshot());
    chat.changes({ type: "close", reason: "agent", seenSeq });
    expect(refusalOf(says(chat, "rating"))).toBeUndefined();
  });

  it("automation may use both sends after entering the chat", ({ expect }) => {
    const chat = createServed();
    chat.enters();
    expect(chat.snapshot()?.window).toMatchObject({ grant: "enter", remaining: 2 });
  });
});

describe("where the platform's agents serve", () => {
  it("automation uses all five sends", ({ expect }) => {
    const chat = createServed();
    sendAll(chat, chat.says(FIVE, "你好", { desk: null }).lease);
    expect(chat.rows("sent")).toHaveLength(5);
  });
});

describe("a digit that arrives before the request for a rating has an outcome", () => {
  it("is the rating, and opens no session", ({ expect }) => {
    const chat = createServed();
    const request = asked(chat);
    chat.pass(1_000);
    chat.says([], "5");
    expect(chat.rows("rating").map(({ facts }) => facts.score)).toEqual([5]);
    chat.settles(request, ACCEPTED);
    expect(chat.state().sessions).toMatchObject({ open: null, closed: { score: 5 } });
    chat.pass(1_000);
    chat.says([], "4");
    expect(chat.rows("rating")).toHaveLength(1);
  });

  it("is kept when the request then fails, and a digit after that is a message", ({ expect }) => {
    const chat = createServed();
    const request = asked(chat);
    chat.settles(request, rejected(40003));
    chat.pass(1_000);
    chat.says([], "5");
    expect(chat.rows("rating")).toEqual([]);
    expect(chat.state().sessions?.open?.status).toBe("queued");
  });

  it("from before the attempt began is a message", ({ expect }) => {
    const chat = createServed();
    asked(chat);
    chat.says([], "5", { at: chat.now() - 2_000 });
    expect(chat.rows("rating")).toEqual([]);
  });
});
