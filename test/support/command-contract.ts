/**
 * The behaviour of commands in a conversation with sessions, for any store: run with the array store and with the
 * SQLite of a real object. The object is evicted after every step.
 */
import { it } from "vitest";
import { must, reply, text, TRANSFER } from "./conversation.ts";
import { ACCEPTED, rejected } from "./delivery.ts";
import { createServed, leaseIn, refusalOf } from "./served.ts";
import type { WithStorage } from "./store-contract.ts";

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Adds a test of each requirement to the calling suite. */
export function testCommands(withStorage: WithStorage): void {
  it("assigns a session to the first of two agents, and returns the current state to the other one", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const named = chat.named();
      expect(chat.commands({ type: "take", agent: "a", ...named }).ok).toBe(true);
      const other = chat.commands({ type: "take", agent: "b", ...named });
      expect(other).toMatchObject({
        ok: false,
        refusal: { reason: "version_mismatch", version: named.version + 1 },
        snapshot: { session: { open: { assignee: "a" } } },
      });
      expect(refusalOf(chat.replies("b", "我来"))).toEqual({ reason: "taken", assignee: "a" });
    }));

  it("returns for a day the change that a command has made", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const { session, version } = chat.named();
      chat.commands({ type: "take", agent: "a", session, version }, { id: "1" });
      chat.commands({ type: "note", text: "备注" }, { id: "2" });
      const log = must(chat.logId());
      expect(chat.change(log, "1")).toEqual({ action: "assigned", session, version: version + 1, assignee: "a" });
      for (const [other, id] of [
        [log, "2"],
        [log, "3"],
        ["1-00000000", "1"],
      ] as const)
        expect(chat.change(other, id)).toBeNull();
      chat.changes({ type: "transfer_to_team", team: "售前", isOffline: false }, { id: "4" });
      expect(chat.change(log, "4")).toMatchObject({ action: "returned", team: "售前" });
      chat.pass(25 * HOUR);
      expect(chat.change(log, "1")).toBeNull();
    }));

  it("withdraws a message while it is held, once, and not one that the API holds for an agent", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.pass(49 * HOUR);
      const held = chat.replies("a", "在的", { hold: true });
      const message = must(held.ok ? held.message?.seq : undefined);
      const other = chat.submits("接口", { hold: true });
      const withdraw = { type: "withdraw", message } as const;
      const ofApi = { type: "withdraw", message: must(other.ok ? other.message.seq : undefined) } as const;
      expect(refusalOf(chat.commands(ofApi, { by: "a" }))).toEqual({ reason: "no_right" });
      expect(chat.commands(withdraw, { id: "1", by: "a" }).ok).toBe(true);
      expect(chat.commands(withdraw, { id: "1", by: "a" }).ok).toBe(true);
      expect(refusalOf(chat.commands(withdraw, { by: "a" }))).toEqual({ reason: "not_held" });
      expect(chat.rows("blocked")).toMatchObject([
        { ref: message, by: { type: "agent", id: "a" }, facts: { reason: "withdrawn" } },
      ]);
      expect(chat.commands(ofApi).ok).toBe(true);
      expect(chat.state().held).toEqual([]);
      expect(chat.says([]).lease).toBeUndefined();
    }));

  it("is not closed while a message is under way, or with a message that the agent has not seen", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const seenSeq = chat.state().lastSeq;
      const lease = leaseIn(chat.replies("a", "在的"));
      const close = { type: "close", reason: "agent" } as const;
      expect(refusalOf(chat.changes({ ...close, seenSeq }))).toEqual({ reason: "sending" });
      chat.settles(lease, ACCEPTED);
      chat.says([]);
      expect(refusalOf(chat.changes({ ...close, seenSeq }))).toEqual({ reason: "stale" });
      const closed = chat.changes({ ...close, seenSeq: chat.state().lastSeq, text: "已解决" });
      expect(closed).toMatchObject({ ok: true, snapshot: { session: { open: null, closed: { reason: "agent" } } } });
      expect(chat.state().control).toEqual({ type: "automatic" });
      expect(chat.says([reply("自动")]).lease).toBeDefined();
    }));

  it("is closed as abandoned only if the user has not written since", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const afterSeq = chat.state().sessions?.open?.lastUserSeq ?? 0;
      chat.says([]);
      const expire = { type: "expire", reason: "abandoned" } as const;
      expect(refusalOf(chat.changes({ ...expire, afterSeq }))).toEqual({ reason: "stale" });
      expect(chat.changes({ ...expire, afterSeq: chat.state().lastSeq }).ok).toBe(true);
    }));

  it("moves to a team's queue, to an agent, into a park, and back to the agent", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.changes({ type: "assign", agent: "a" });
      chat.changes({ type: "transfer_to_team", team: "售后", isOffline: false });
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued", team: "售后" });
      chat.changes({ type: "assign", agent: "b" });
      chat.changes({ type: "park", until: chat.now() + 99 * HOUR });
      expect(chat.state().sessions?.open).toMatchObject({ parkedUntil: chat.now() + 48 * HOUR });
      chat.changes({ type: "unpark" });
      chat.changes({ type: "park", until: chat.now() + HOUR });
      chat.says([]);
      expect(chat.state().sessions?.open).toMatchObject({ status: "serving", assignee: "b", parkedUntil: null });
      chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
      chat.changes({ type: "reopen", agent: "c" });
      expect(chat.state().sessions?.open).toMatchObject({ status: "serving", assignee: "c" });
    }));

  it("ends a park when a message of the agent did not arrive, and begins none after the end of the window", ({
    expect,
  }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const lease = leaseIn(chat.replies("a", "在的"));
      chat.changes({ type: "park", until: chat.now() + HOUR });
      chat.settles(lease, rejected(40003));
      expect(chat.state().sessions?.open).toMatchObject({ parkedUntil: null, sums: { replies: 0 } });
      chat.pass(49 * HOUR);
      expect(refusalOf(chat.changes({ type: "park", until: chat.now() + HOUR }))).toEqual({ reason: "park_end" });
    }));

  it("asks for an agent by a command, also where no session is open", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([], "你好", { desk: null });
      chat.commands({ type: "request", queue: { team: "售前", isOffline: false } });
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued", team: "售前" });
      chat.commands({ type: "request", queue: { team: null, isOffline: false } });
      expect(chat.rows("session")).toHaveLength(1);
    }));

  it("keeps notes beside the session and never sends them", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([], "你好", { desk: null });
      chat.commands({ type: "note", text: "老客户" }, { by: "a", id: "n" });
      chat.commands({ type: "note", text: "老客户" }, { by: "a", id: "n" });
      chat.commands({ type: "request", queue: { team: null, isOffline: false } });
      chat.commands({ type: "note", text: "请看", mentions: ["b"] }, { by: "a" });
      const { session } = chat.named();
      expect(chat.rows("note").map(({ facts, content, by }) => ({ facts, content, by: by.id }))).toEqual([
        { facts: { session: null }, content: { text: "老客户" }, by: "a" },
        { facts: { session, mentions: ["b"] }, content: { text: "请看" }, by: "a" },
      ]);
      expect(chat.rows("out")).toEqual([]);
    }));

  it("drops a text of the desk when the user has written or the session has changed", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const about = () => {
        const { open: session, closed } = must(chat.state().sessions);
        return { session: session?.seq ?? closed?.seq ?? 0, lastUserSeq: session?.lastUserSeq ?? 0 };
      };
      const serviceText = (purpose: "queue" | "idle" | "rating", names = about()) =>
        chat.commands({ type: "service_text", purpose, message: text("请稍候"), ...names });
      const busy = leaseIn(serviceText("queue"));
      const old = about();
      expect(serviceText("queue").ok).toBe(true);
      chat.changes({ type: "take", agent: "a" });
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["taken"]);
      expect(refusalOf(serviceText("queue"))).toEqual({ reason: "taken" });
      expect(serviceText("idle").ok).toBe(true);
      chat.says([]);
      expect(refusalOf(serviceText("idle", old))).toEqual({ reason: "stale" });
      expect(chat.settles(busy, ACCEPTED)).toBeNull();
      expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["taken", "outdated"]);
    }));

  it("treats a single digit as the rating of the closed session, after the request for it, and opens no session", ({
    expect,
  }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.changes({ type: "take", agent: "a" });
      chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
      const { session } = chat.named();
      const ask = chat.commands({
        type: "service_text",
        purpose: "rating",
        message: text("请评价"),
        session,
        lastUserSeq: chat.state().sessions?.closed?.lastUserSeq ?? 0,
      });
      chat.settles(leaseIn(ask), ACCEPTED);
      expect(chat.says([TRANSFER], "５").acknowledgement).toBe("received");
      expect(chat.rows("rating")).toMatchObject([
        { facts: { session, score: 5 }, by: { type: "user" }, content: null },
      ]);
      expect(chat.state().sessions).toMatchObject({ open: null, closed: { score: 5 } });
      chat.says([], "5");
      expect(chat.state().sessions?.open).toMatchObject({ status: "queued", reopenedFrom: session });
      expect(chat.rows("rating")).toHaveLength(1);
    }));

  it("treats any other text as a message, although a rating was requested", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.changes({ type: "take", agent: "a" });
      chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
      const { session } = chat.named();
      const ask = chat.commands({
        type: "service_text",
        purpose: "rating",
        message: text("请评价"),
        session,
        lastUserSeq: chat.state().sessions?.closed?.lastUserSeq ?? 0,
      });
      chat.settles(leaseIn(ask), ACCEPTED);
      chat.says([], "6");
      expect(chat.state().sessions?.open?.status).toBe("queued");
    }));

  it("answers another log as gone, creates none, and changes nothing", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      expect(chat.snapshot()).toBeNull();
      expect(refusalOf(chat.commands({ type: "note", text: "x" }, { log: "abc-00000000" }))).toEqual({
        reason: "gone",
      });
      expect(chat.logId()).toBeUndefined();
      chat.says([]);
      const rows = chat.log();
      const other = chat.commands({ type: "take", agent: "a", ...chat.named() }, { log: "abc-00000000" });
      expect(other).toEqual({ ok: false, refusal: { reason: "gone" } });
      expect(chat.seen(chat.named().session, chat.state().lastSeq, "abc-00000000")).toBeNull();
      expect(chat.log()).toEqual(rows);
    }));

  it("returns what an agent has read, of this session only, and leaves storing it to the desk", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const { session } = chat.named();
      const rows = chat.log().length;
      expect(chat.seen(session + 1, chat.state().lastSeq)).toMatchObject({ session: { open: { unread: 1 } } });
      expect(chat.seen(session, chat.state().lastSeq)).toMatchObject({ session: { open: { unread: 0 } } });
      expect(chat.seen(session, chat.state().lastSeq)).toMatchObject({ session: { open: { unread: 0 } } });
      // The conversation was evicted before its next record.
      expect(chat.state().sessions?.open?.unread).toBe(1);
      expect(chat.log()).toHaveLength(rows);
    }));

  it("returns in a snapshot the log, the newest row, and the number of messages that may be sent", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([], "你好", { desk: null });
      const { lastSeq: to } = chat.state();
      expect(chat.snapshot()).toMatchObject({
        log: chat.logId(),
        to,
        session: { version: 0, open: null },
        window: { remaining: 5 },
      });
    }));

  it("records an attempt that ended unnoticed before it decides on a command", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.replies("a", "在的");
      chat.pass(MINUTE);
      const closed = chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
      expect(closed.ok).toBe(true);
      expect(chat.rows("unconfirmed")).toHaveLength(1);
      expect(chat.rows("session").at(-1)?.facts.sums).toMatchObject({ replies: 1 });
    }));
}
