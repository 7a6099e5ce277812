/**
 * Cases of a conversation with sessions that random orders rarely reach: the pure core over an array, evicted after
 * each step.
 */
import { describe, it } from "vitest";
import type { Candidate } from "../../../../worker/conversation/core/candidate.ts";
import type { CommandAction } from "../../../../worker/conversation/core/session/apply.ts";
import type { ServicePurpose } from "../../../../worker/conversation/core/session/queued-message.ts";
import { must, reply, text, TIMEOUT, TRANSFER } from "../../../support/conversation.ts";
import { ACCEPTED } from "../../../support/delivery.ts";
import { createServed, leaseIn, refusalOf, type Served } from "../../../support/served.ts";

const HOUR = 3_600_000;
const PLATFORM = { desk: null };
const SILENT: Candidate = { ruleId: "quiet", action: { type: "silent" } };

/** A service text of the desk about the current session. */
const serviceText = (chat: Served, purpose: ServicePurpose): CommandAction => {
  const { open, closed } = must(chat.state().sessions);
  const about = { session: chat.named().session, lastUserSeq: (open ?? closed)?.lastUserSeq ?? 0 };
  return { type: "service_text", purpose, message: text("请稍候"), ...about };
};

function closedByAgent(): Served {
  const chat = createServed();
  chat.says([]);
  chat.changes({ type: "take", agent: "a" });
  chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
  return chat;
}

describe("a user whose message automation does not answer", () => {
  it("is queued when automation's answer has no messages", ({ expect }) => {
    const chat = createServed();
    chat.says([reply()]);
    expect(chat.state().sessions?.open).toMatchObject({ status: "queued", unread: 1 });
  });

  it("is queued when a handler asks for an agent of a forwarded push while the settings cannot be read", ({
    expect,
  }) => {
    const chat = createServed();
    chat.says([SILENT]);
    const answer = chat.says([TRANSFER], "人工", { desk: "unknown", isForwarded: true });
    expect(answer.acknowledgement).toBe("received");
    expect(chat.state().sessions?.open).toMatchObject({ status: "queued" });
  });

  it("is not handed over by a forwarded push where the platform's agents serve: the other server answers it", ({
    expect,
  }) => {
    const chat = createServed();
    const answer = chat.says([TRANSFER], "人工", { ...PLATFORM, isForwarded: true });
    expect(answer.acknowledgement).toBe("received");
    expect(chat.state().control).toEqual({ type: "automatic" });
  });
});

describe("a message of a former agent that waits behind an attempt", () => {
  it("is dropped with the transfer, and no attempt of it begins", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    const underWay = leaseIn(chat.replies("a", "一"));
    const waiting = chat.replies("a", "二");
    chat.changes({ type: "transfer_to_agent", target: "b" });
    expect(chat.state().queue.map(({ seq }) => seq)).toEqual([underWay.seq]);
    const { seq } = must(waiting.ok ? waiting.message : undefined);
    expect(chat.rows("blocked")).toMatchObject([{ ref: seq, facts: { reason: "reassigned" } }]);
    expect(chat.settles(underWay, ACCEPTED)).toBeNull();
    chat.pass(HOUR);
    expect(chat.wakes()).toBeUndefined();
    expect(chat.rows("sent").map(({ ref }) => ref)).toEqual([underWay.seq]);
  });
});

describe("parking", () => {
  it("may last until the end of the user's message's grant, although entering left more sends", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.changes({ type: "take", agent: "a" });
    for (let n = 0; n < 4; n += 1) chat.settles(leaseIn(chat.replies("a", "在的")), { result: "accepted" });
    chat.pass(10_000);
    chat.enters();
    const until = chat.now() + HOUR;
    chat.changes({ type: "park", until });
    expect(chat.state().sessions?.open).toMatchObject({ parkedUntil: until });
  });

  it("ends when the agent's own message did not arrive, which does not make that agent's view stale", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.changes({ type: "take", agent: "a" });
    const seenSeq = chat.state().lastSeq;
    const lease = leaseIn(chat.replies("a", "在的", { seenSeq }));
    chat.changes({ type: "park", until: chat.now() + HOUR }, { by: "a" });
    chat.settles(lease, TIMEOUT);
    expect(chat.rows("session").at(-1)).toMatchObject({
      facts: { action: "unparked" },
      by: { type: "agent", id: "a" },
    });
    expect(chat.replies("a", "再试", { seenSeq }).ok).toBe(true);
  });
});

describe("an agent's reply", () => {
  it("is not refused because the desk assigned the session to that agent in the meantime", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    const seenSeq = chat.state().lastSeq;
    chat.changes({ type: "assign", agent: "a" });
    expect(chat.replies("a", "在的", { seenSeq }).ok).toBe(true);
    chat.changes({ type: "transfer_to_agent", target: "b" });
    chat.changes({ type: "transfer_to_agent", target: "a" });
    expect(refusalOf(chat.replies("a", "在的", { seenSeq }))).toEqual({ reason: "stale" });
  });
});

describe("a reopened session", () => {
  it("stays with the team of the closed one", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.changes({ type: "take", agent: "a" });
    chat.changes({ type: "transfer_to_team", team: "售后", isOffline: false });
    chat.changes({ type: "take", agent: "b" });
    chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
    chat.changes({ type: "reopen", agent: "b" });
    expect(chat.state().sessions?.open).toMatchObject({ assignee: "b", team: "售后" });
  });
});

describe("closing", () => {
  it("is not prevented by what the API holds, and keeps it", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.pass(49 * HOUR);
    chat.submits("接口", { hold: true });
    chat.changes({ type: "take", agent: "a" });
    const closed = chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
    expect(closed.ok).toBe(true);
    expect(chat.state().held).toHaveLength(1);
  });

  it("drops texts of the desk that are not under way, and waits for one that is", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    chat.changes({ type: "take", agent: "a" });
    const close = { type: "close", reason: "agent", seenSeq: chat.state().lastSeq } as const;
    const busy = leaseIn(chat.commands(serviceText(chat, "idle")));
    expect(chat.commands(serviceText(chat, "idle")).ok).toBe(true);
    expect(refusalOf(chat.changes(close))).toEqual({ reason: "sending" });
    expect(chat.settles(busy, { result: "not_sent", reason: "no_token" })).not.toBeUndefined();
    expect(chat.changes(close).ok).toBe(true);
    expect(chat.state().queue).toEqual([]);
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["outdated", "outdated"]);
  });
});

describe("a rating", () => {
  it("counts from the second in which the request for it began to be sent", ({ expect }) => {
    const chat = closedByAgent();
    chat.pass(1_500);
    const lease = leaseIn(chat.commands(serviceText(chat, "rating")));
    const written = Math.floor(chat.now() / 1_000) * 1_000;
    chat.pass(3_000);
    chat.settles(lease, { result: "accepted" });
    chat.says([], "5", { at: written });
    expect(chat.state().sessions).toMatchObject({ open: null, closed: { score: 5 } });
  });

  it("was asked for when it is unknown whether the request arrived", ({ expect }) => {
    const chat = closedByAgent();
    const lease = leaseIn(chat.commands(serviceText(chat, "rating")));
    chat.pass(30_000);
    chat.wakes();
    expect(chat.rows("unconfirmed")).toHaveLength(1);
    chat.settles(lease, { result: "accepted" });
    chat.says([], "5");
    expect(chat.state().sessions).toMatchObject({ open: null, closed: { score: 5 } });
  });
});

describe("a text of the desk", () => {
  it("about waiting is not sent after the end of its session, and one queued before is dropped", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    const busy = leaseIn(chat.commands(serviceText(chat, "queue")));
    expect(chat.commands(serviceText(chat, "away")).ok).toBe(true);
    chat.changes({ type: "expire", reason: "expired", afterSeq: chat.state().lastSeq });
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["outdated"]);
    expect(chat.settles(busy, { result: "accepted" })).toBeNull();
    for (const purpose of ["queue", "idle", "away"] as const)
      expect(refusalOf(chat.commands(serviceText(chat, purpose)))).toEqual({ reason: "stale" });
    expect(chat.commands(serviceText(chat, "closing")).ok).toBe(true);
    expect(chat.commands(serviceText(chat, "rating")).ok).toBe(true);
  });

  it("about a closed session is dropped when the user has written since, though no session began", ({ expect }) => {
    const chat = closedByAgent();
    const asked = serviceText(chat, "rating");
    chat.submits("接口");
    expect(chat.commands(asked).ok).toBe(true);
    chat.says([], "还有", PLATFORM);
    expect(chat.state().sessions?.open).toBeNull();
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["outdated"]);
    expect(refusalOf(chat.commands(asked))).toEqual({ reason: "stale" });
  });
});

describe("an automatic answer of an earlier session", () => {
  it("does not queue the user of the next session when it is not sent", ({ expect }) => {
    const chat = createServed();
    const lease = must(chat.says([reply("一")]).lease);
    chat.says([], "你好", PLATFORM);
    expect(chat.state().sessions?.closed).toMatchObject({ reason: "bot" });
    chat.says([SILENT]);
    chat.settles(lease, { result: "not_sent", reason: "no_token" });
    chat.pass(49 * HOUR);
    chat.wakes();
    expect(chat.rows("blocked")).toHaveLength(1);
    expect(chat.state().sessions?.open).toMatchObject({ status: "bot", sums: { automaticReplies: 0 } });
  });

  it("does not count in a session that began after a message without one", ({ expect }) => {
    const chat = closedByAgent();
    const lease = must(chat.says([reply("一")], "你好", PLATFORM).lease);
    chat.says([SILENT]);
    chat.settles(lease, { result: "accepted" });
    expect(chat.state().sessions?.open).toMatchObject({ status: "bot", sums: { automaticReplies: 0 } });
  });
});
