/**
 * The outcome of messages in a conversation with sessions, for any store: run with the array store and with the SQLite
 * of a real object. The object is evicted after every step.
 */
import { it } from "vitest";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { must, reply, text, TIMEOUT, TRANSFER } from "./conversation.ts";
import { ACCEPTED, rejected } from "./delivery.ts";
import { OTHER_RULES } from "./rules.ts";
import { createServed, leaseIn, refusalOf } from "./served.ts";
import type { WithStorage } from "./store-contract.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;
const SILENT: Candidate = { ruleId: "quiet", action: { type: "silent" } };
/** A text that is split into two messages. */
const LONG = "好".repeat(1_200);

/** Adds a test of each requirement to the calling suite. */
export function testServedMessages(withStorage: WithStorage): void {
  it("queues a user whom automation does not answer, in the record of the message, and acknowledges as received", ({
    expect,
  }) =>
    withStorage((open) => {
      const chat = createServed(open);
      expect(chat.says([TRANSFER]).acknowledgement).toBe("received");
      expect(chat.log().map(({ kind }) => kind)).toEqual(["in", "session"]);
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued", unread: 1, isOffline: false });
      expect(chat.state().control).toEqual({ type: "automatic" });
      chat.says([]);
      expect(chat.rows("session")).toHaveLength(1);
    }));

  it("queues a user also where the channel has no agents of its own to hand over to", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open, OTHER_RULES);
      chat.says([TRANSFER, reply("一")]);
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued" });
      expect(chat.rows("out")).toEqual([]);
    }));

  it("leaves a user to automation until its answer has an outcome: sent, or not", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      const first = must(chat.says([reply("一", "二")]).lease);
      expect(chat.state().sessions?.open).toMatchObject({ status: "bot" });
      const second = must(chat.settles(first, ACCEPTED));
      expect(chat.state().sessions?.open?.waitingSince).not.toBeNull();
      chat.settles(second, ACCEPTED);
      expect(chat.state().sessions?.open).toMatchObject({ status: "bot", waitingSince: null });
      // Later than the largest clock difference, so earlier sends count only against the quota of the former message.
      chat.pass(10_000);
      const third = must(chat.says([reply("三", "四")]).lease);
      const fourth = must(chat.settles(third, rejected(40003)));
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued" });
      chat.settles(fourth, ACCEPTED);
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued" });
      expect(chat.state().sessions?.open?.waitingSince).not.toBeNull();
    }));

  it("counts the action silent as an answer, and an answer that the window refuses as none", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([SILENT]);
      const silent = { status: "bot", waitingSince: null, sums: { userMessages: 1, automaticReplies: 0 } };
      expect(chat.state().sessions?.open).toMatchObject(silent);
      chat.says([reply("一", "二", "三", "四", "五", "六")]);
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued" });
      expect(chat.state().queue.some(({ answers }) => answers !== undefined)).toBe(false);
    }));

  it("drops automation's messages when an agent takes the session, except an attempt under way", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      const underWay = must(chat.says([reply("一", "二")]).lease);
      expect(chat.changes({ type: "take", agent: "a" }).ok).toBe(true);
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["taken"]);
      expect(chat.state().control).toEqual({ type: "served", agent: "a", mutedUntil: 0 });
      expect(chat.settles(underWay, rejected(-1))).toBeNull();
      chat.pass(HOUR);
      expect(chat.wakes()).toBeUndefined();
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["taken", "taken"]);
      expect(chat.says([reply("自动")]).lease).toBeUndefined();
      expect(chat.rows("out")).toHaveLength(2);
    }));

  it("sends a reply once for one id, takes the session with it, and ends the waiting when it arrived", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const lease = leaseIn(chat.replies("a", "在的", {}, "r"));
      expect(chat.log().map(({ kind }) => kind)).toEqual(["in", "session", "session", "out"]);
      const again = chat.replies("a", "在的", {}, "r");
      expect(again).toMatchObject({ ok: true, message: { seq: lease.seq, status: "sending" } });
      expect(refusalOf(chat.replies("a", "别的", {}, "r"))).toEqual({ reason: "idempotency_mismatch" });
      expect(chat.state().sessions?.open?.waitingSince).not.toBeNull();
      chat.settles(lease, TIMEOUT);
      expect(chat.state().sessions?.open).toMatchObject({ waitingSince: null, sums: { replies: 1, turns: 1 } });
    }));

  it("refuses a reply as stale when others have acted, and not because of the agent's own rows", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const seenSeq = chat.state().lastSeq;
      chat.settles(leaseIn(chat.replies("a", "一", { seenSeq })), ACCEPTED);
      expect(chat.replies("a", "二", { seenSeq }).ok).toBe(true);
      chat.submits("接口");
      expect(refusalOf(chat.replies("a", "三", { seenSeq }))).toEqual({ reason: "stale" });
      const later = chat.state().lastSeq;
      chat.says([]);
      expect(refusalOf(chat.replies("a", "四", { seenSeq: later }))).toEqual({ reason: "stale" });
      expect(refusalOf(chat.replies("b", "五", { seenSeq: later }))).toEqual({ reason: "taken", assignee: "a" });
      const newest = chat.state().lastSeq;
      chat.changes({ type: "park", until: chat.now() + HOUR }, { by: "b" });
      expect(refusalOf(chat.replies("a", "六", { seenSeq: newest }))).toEqual({ reason: "stale" });
    }));

  it("returns a former agent's waiting messages to that agent, and completes a split message that has begun", ({
    expect,
  }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const first = leaseIn(chat.replies("a", LONG));
      chat.replies("a", "随后");
      chat.changes({ type: "transfer_to_agent", target: "b" });
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["reassigned"]);
      const rest = must(chat.settles(first, ACCEPTED), "second part");
      chat.settles(rest, ACCEPTED);
      expect(chat.rows("sent")).toHaveLength(2);
      const legs = [
        { agent: "a", replies: 1 },
        { agent: "b", replies: 0 },
      ];
      expect(chat.state().sessions?.open).toMatchObject({ assignee: "b", sums: { replies: 1, legs } });
    }));

  it("does not complete a split message whose first part has not arrived", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const first = leaseIn(chat.replies("a", LONG));
      chat.changes({ type: "transfer_to_agent", target: "b" });
      expect(chat.settles(first, rejected(-1))).toBeNull();
      expect(chat.state().queue).toEqual([]);
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["reassigned", "part_failed"]);
    }));

  it("holds an agent's message for the user's next one, and drops it when the session goes to another agent", ({
    expect,
  }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.pass(49 * HOUR);
      expect(refusalOf(chat.replies("a", "在的"))).toEqual({ reason: "window_closed" });
      expect(chat.state().sessions?.open?.status).toBe("queued");
      expect(chat.replies("a", LONG, { hold: true })).toMatchObject({ ok: true, message: { status: "held" } });
      expect(chat.state().sessions?.open).toMatchObject({ status: "serving", assignee: "a" });
      for (let n = 1; n < 10; n += 1) chat.submits("接口", { hold: true });
      expect(refusalOf(chat.replies("a", "再来", { hold: true }))).toEqual({ reason: "hold_full" });
      expect(refusalOf(chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq }))).toEqual({
        reason: "held",
      });
      chat.changes({ type: "return", reason: "agent_gone", isOffline: true });
      expect(chat.state().held).toHaveLength(9);
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["reassigned", "part_failed"]);
    }));

  it("does not hold a former agent's message again that the window refused", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const first = leaseIn(chat.replies("a", "一", { hold: true }));
      chat.changes({ type: "transfer_to_agent", target: "b" });
      expect(chat.settles(first, rejected(45047))).toBeNull();
      expect(chat.state().held).toEqual([]);
      chat.says([]);
      const second = leaseIn(chat.replies("b", "二", { hold: true }));
      chat.changes({ type: "transfer_to_agent", target: "a" });
      expect(chat.settles(second, rejected(45047), false)).toBeNull();
      expect(chat.says([]).lease).toBeUndefined();
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["reassigned", "reassigned"]);
    }));

  it("releases an agent's held message while the session is still the agent's", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.pass(49 * HOUR);
      chat.replies("a", "在的", { hold: true });
      const lease = must(chat.says([]).lease);
      expect(lease.message).toEqual(text("在的"));
      // WeChat rejects the send because the window has ended: the message returns to the held list and keeps its
      // author.
      expect(chat.settles(lease, rejected(45015))).toBeNull();
      expect(chat.state().held).toMatchObject([{ agent: "a" }]);
    }));

  it("begins a new session after a day without activity", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.settles(must(chat.says([reply("一")]).lease), ACCEPTED);
      const { session } = chat.named();
      chat.pass(24 * HOUR);
      chat.says([reply("二")]);
      expect(chat.rows("session").map(({ facts }) => facts.action)).toEqual(["opened", "closed", "opened"]);
      expect(chat.state().sessions).toMatchObject({ open: { status: "bot" }, closed: { seq: session, reason: "bot" } });
    }));

  it("continues open sessions when the platform's agents serve again, and opens no new one", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      const platform = { desk: null };
      chat.says([], "你好");
      chat.says([SILENT], "你好", platform);
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued", unread: 2 });
      expect(chat.says([TRANSFER], "人工", platform).acknowledgement).toBe("handover");
      expect(chat.state().sessions).toMatchObject({ open: null, closed: { reason: "handed_over" } });
      expect(chat.state().control.type).toBe("handed_over");
      chat.says([SILENT], "你好", platform);
      expect(chat.state().sessions?.open).toBeNull();
      chat.says([SILENT]);
      chat.says([SILENT], "你好", platform);
      expect(chat.state().sessions).toMatchObject({ open: null, closed: { reason: "bot" } });
    }));

  it("does not lose a user of the desk while the settings cannot be read", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([SILENT]);
      chat.says(null, "在吗", { desk: "unknown" });
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued" });
    }));

  it("stores nothing about sessions where the platform's agents serve", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([reply("一")], "你好", { desk: null });
      chat.says([TRANSFER], "人工", { desk: null });
      expect(Object.keys(chat.state())).not.toContain("sessions");
      expect(chat.state().queue.flatMap((item) => Object.keys(item))).not.toContain("answers");
      expect(chat.rows("session")).toEqual([]);
    }));

  it("measures waiting and response in total and within business hours", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([], "你好", { desk: { isOpen: false } });
      expect(chat.state().sessions?.open).toMatchObject({ isOffline: true });
      chat.pass(MINUTE);
      chat.changes({ type: "take", agent: "a" });
      chat.pass(6 * MINUTE);
      chat.settles(leaseIn(chat.replies("a", "在的")), ACCEPTED);
      const took = { clockMs: 7 * MINUTE, businessMs: 7 * MINUTE };
      expect(chat.state().sessions?.open?.sums).toMatchObject({
        waitingOffline: { clockMs: MINUTE, businessMs: MINUTE },
        firstResponse: took,
        turns: 1,
        lateTurns: 1,
      });
    }));

  it("refuses a text that cannot be split, and one without a send left", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const endless = "好".repeat(9_000);
      expect(refusalOf(chat.replies("a", endless))).toEqual({ reason: "unsplittable" });
      const about = { session: chat.named().session, lastUserSeq: chat.state().sessions?.open?.lastUserSeq ?? 0 };
      const serviceText = { type: "service_text", purpose: "away", ...about } as const;
      expect(refusalOf(chat.commands({ ...serviceText, message: text(endless) }))).toEqual({ reason: "unsplittable" });
      for (let n = 0; n < 5; n += 1) chat.submits("接口");
      expect(refusalOf(chat.commands({ ...serviceText, message: text("休息") }))).toEqual({ reason: "quota_used" });
      expect(refusalOf(chat.replies("a", "在的"))).toEqual({ reason: "quota_used" });
    }));

  it("releases the sends that automation had reserved to an agent", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([reply("一", "二", "三", "四", "五")]);
      const answer = chat.replies("a", "我来");
      expect(answer.ok).toBe(true);
      expect(chat.rows("blocked")).toHaveLength(4);
      expect(chat.snapshot()?.window.remaining).toBe(3);
    }));
}
