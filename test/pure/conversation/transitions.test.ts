import { describe, it } from "vitest";
import { LEASE_MS } from "../../../worker/conversation/core/outbox/outbox.ts";
import { converse, must, reply, T0, text, TRANSFER } from "../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../support/delivery.ts";
import { OTHER_RULES } from "../../support/rules.ts";

const HOUR = 3_600_000;

describe("a push", () => {
  it("is logged with its acknowledgement, and leases the first answer to the caller", ({ expect }) => {
    const chat = converse();
    const { acknowledgement, lease } = chat.says([reply("价格见首页")]);
    expect(acknowledgement).toBe("received");
    expect(chat.log().map((row) => row.kind)).toEqual(["in", "out"]);
    expect(lease).toMatchObject({ seq: T0 + 1, attempt: 1, deadline: T0 + LEASE_MS - 2_000 });
  });

  it("is stored and acknowledged without an answer when the settings cannot be read", ({ expect }) => {
    const chat = converse();
    expect(chat.says(null)).toMatchObject({ acknowledgement: "received" });
    expect(chat.log().map((row) => row.kind)).toEqual(["in"]);
    expect(chat.window().remaining).toBe(5);
  });

  it("uses the first candidate that applies, and skips a rule during its cool-down", ({ expect }) => {
    const chat = converse();
    const once = { ...reply("欢迎"), ruleId: "greeting", onceMs: 60_000 };
    chat.settles(must(chat.says([once, reply("其次")]).lease), ACCEPTED);
    chat.pass(30_000);
    chat.settles(must(chat.says([once, reply("其次")]).lease), ACCEPTED);
    chat.pass(30_001);
    chat.says([once]);
    expect(chat.rows("out").map((row) => row.by.id)).toEqual(["greeting", "rule", "greeting"]);
  });

  it("is handed over if it is a message, never an event, and the window is unknown until the user acts", ({
    expect,
  }) => {
    const chat = converse();
    expect(chat.enters([TRANSFER]).acknowledgement).toBe("received");
    expect(chat.says([TRANSFER]).acknowledgement).toBe("handover");
    expect(chat.window().status).toBe("unknown");
    expect(chat.says([]).acknowledgement).toBe("received");
    expect(chat.window().grant).toBe("message");
  });

  it("is not handed over where the channel has no handover: the next candidate applies", ({ expect }) => {
    const chat = converse({ rules: OTHER_RULES });
    const { acknowledgement, lease } = chat.says([TRANSFER, reply("稍等")]);
    expect(acknowledgement).toBe("received");
    expect(lease).toBeDefined();
    expect(chat.says([TRANSFER]).acknowledgement).toBe("received");
    expect(chat.window().grant).toBe("message");
  });

  it("drops automatic messages that the window does not allow, each with a blocked row", ({ expect }) => {
    const chat = converse();
    chat.enters([reply("一", "二", "三")]);
    expect(chat.rows("out")).toHaveLength(2);
    expect(chat.rows("blocked")).toMatchObject([
      {
        ref: null,
        by: { type: "rule", id: "rule" },
        facts: { reason: "quota_used", type: "text", purpose: "reply" },
        content: text("三"),
      },
    ]);
  });

  it("stores with each message who wrote it and why it is sent", ({ expect }) => {
    const chat = converse();
    chat.enters([{ ...reply("欢迎"), purpose: "greeting" }]);
    chat.says([{ ...reply("休息"), purpose: "away" }]);
    chat.says([{ ...reply("在的"), ruleId: "handler", isHandler: true }]);
    chat.submits(text("我来看看"));
    expect(chat.rows("out").map(({ by, facts }) => [by.type, facts.purpose])).toEqual([
      ["rule", "greeting"],
      ["rule", "away"],
      ["handler", "reply"],
      ["api", "reply"],
    ]);
  });

  it("uses the time at which the user acted, but never a time in the future", ({ expect }) => {
    const chat = converse();
    chat.says([], T0 - HOUR);
    expect(chat.window().expiresAt).toBe(T0 + 47 * HOUR);
    chat.says([], T0 + HOUR);
    expect(chat.window().expiresAt).toBe(T0 + 48 * HOUR);
  });

  it("starts a rule's cool-down only when its answer was queued", ({ expect }) => {
    const chat = converse();
    const greeting = { ...reply("欢迎"), onceMs: 60_000 };
    chat.enters([greeting], T0 - 90_000);
    expect(chat.rows("blocked")).toHaveLength(1);
    expect(chat.enters([greeting]).lease).toBeDefined();
  });

  it("stores the text of an enter event only in its row, with which it is deleted", ({ expect }) => {
    const chat = converse();
    chat.enters([], T0, "长".repeat(1_024));
    expect(JSON.stringify(chat.state())).not.toContain("长");
    expect(chat.entered()?.text).toHaveLength(1_024);
  });

  it("stores the verdict on a signed context with the push and in the state, until the next enter event", ({
    expect,
  }) => {
    const chat = converse();
    chat.enters([], T0, "signed", "expired");
    expect(chat.rows("in")[0]?.facts.contextVerdict).toBe("expired");
    expect(chat.entered()).toEqual({ text: "signed", verdict: "expired" });
    chat.says([]);
    expect(chat.entered()?.verdict).toBe("expired");
    chat.enters([]);
    expect(chat.entered()).toEqual({ text: "shop", verdict: null });
    expect(chat.rows("in").at(-1)?.facts).not.toHaveProperty("contextVerdict");
  });

  it("that arrived late changes nothing set by a newer one: handover and context are kept", ({ expect }) => {
    const chat = converse();
    chat.enters([], T0, "new page");
    chat.says([TRANSFER], T0 + 1_000);
    chat.pass(2_000);
    expect(chat.says([reply("您好")], T0 - 5_000).lease).toBeUndefined();
    expect(chat.rows("blocked").map((row) => row.facts.reason)).toEqual(["handed_over"]);
    chat.enters([], T0 - 5_000, "old page");
    expect(chat.entered()?.text).toBe("new page");
    expect(chat.window().status).toBe("unknown");
  });

  it("stores where the user came from", ({ expect }) => {
    const chat = converse();
    chat.enters([]);
    expect(chat.entered()).toEqual({ text: "shop", verdict: null });
  });

  it("stores the reply context with its row, and for replies that of the newest one", ({ expect }) => {
    const chat = converse();
    chat.says([], T0, "7");
    expect(chat.state().replyContext).toBe("7");
    expect(chat.rows("in")[0]?.facts).toMatchObject({ replyContext: "7" });
    chat.says([], T0 - 5_000, "8");
    expect(chat.state().replyContext).toBe("7");
    chat.pass(2_000);
    chat.says([], T0 + 1_000);
    expect(chat.state().replyContext).toBeNull();
    expect(chat.rows("in").at(-1)?.facts).not.toHaveProperty("replyContext");
  });
});

describe("a message through the API", () => {
  it("is refused outside the window and leaves no trace", ({ expect }) => {
    const chat = converse();
    expect(chat.submits(text("在吗"))).toMatchObject({ ok: false, reason: "window_closed" });
    expect(chat.log()).toEqual([]);
  });

  it("is refused when the quota is used up", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    for (const content of ["1", "2", "3", "4", "5"]) {
      chat.settles(must(must(chat.submits(text(content))).lease), ACCEPTED);
    }
    expect(chat.submits(text("6"))).toMatchObject({ ok: false, reason: "quota_used" });
  });

  it("is sent after a handover, and WeChat decides", ({ expect }) => {
    const chat = converse();
    chat.says([TRANSFER]);
    const { lease } = chat.submits(text("订单已发货"));
    expect(must(lease).attempt).toBe(1);
  });

  it("after a handover is queued up to the number of a new grant", ({ expect }) => {
    const chat = converse();
    chat.says([TRANSFER]);
    const first = must(chat.submits(text("1")).lease);
    chat.settles(first, { result: "not_sent", reason: "paused", until: T0 + HOUR });
    for (const content of ["2", "3", "4", "5"]) expect(chat.submits(text(content)).ok).toBe(true);
    expect(chat.submits(text("6"))).toMatchObject({ ok: false, reason: "quota_used" });
    expect(chat.submits(text("7"), { hold: true })).toMatchObject({ ok: true });
    chat.pass(2 * HOUR);
    for (let { lease } = chat.says([]); lease !== undefined; lease = chat.settles(lease, ACCEPTED));
    expect(chat.rows("sent")).toHaveLength(5);
    expect(chat.rows("blocked")).toEqual([]);
  });

  it("is not held when a part of it has been sent already", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const { lease, message } = chat.submits(text("好".repeat(683 * 2)), { hold: true });
    const second = must(chat.settles(must(lease), ACCEPTED));
    chat.settles(second, rejected(45047));
    expect(chat.status(must(message))).toMatchObject({ status: "blocked" });
    expect(chat.state().held).toEqual([]);
  });

  it("after a handover is not tried for longer than any grant lasts", ({ expect }) => {
    const chat = converse();
    chat.says([TRANSFER]);
    const { lease } = chat.submits(text("订单已发货"));
    chat.settles(must(lease), { result: "not_sent", reason: "paused", until: T0 + 48 * HOUR });
    chat.pass(49 * HOUR);
    expect(chat.wakes()).toBeUndefined();
    expect(chat.rows("blocked")[0]?.facts.reason).toBe("window_ended");
  });

  it("is split on the limit, all parts or none, under one id", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const long = "好".repeat(683 * 2);
    const submitted = chat.submits(text(long));
    expect(chat.rows("out").map((row) => [row.facts.part, row.facts.parts])).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
    expect(chat.window().remaining).toBe(2);
    expect(chat.submits(text(long))).toMatchObject({ ok: false, reason: "quota_used" });
    expect(chat.status(must(submitted.message))?.parts).toHaveLength(3);
  });

  it("stops the remaining parts when one fails, and records which", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const submitted = chat.submits(text("好".repeat(683 * 2)));
    const second = must(chat.settles(must(submitted.lease), ACCEPTED));
    chat.settles(second, rejected(40003));
    expect(chat.status(must(submitted.message))).toMatchObject({
      status: "failed",
      parts: [{ status: "sent" }, { status: "failed", code: "40003" }, { status: "blocked", reason: "part_failed" }],
    });
    expect(chat.window().remaining).toBe(4);
  });

  it("mutes automatic answers for the time in the settings, unless a bot wrote it", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    chat.settles(must(chat.submits(text("我来看看"), { muteMs: 60_000 }).lease), ACCEPTED);
    expect(chat.says([reply("自动")]).lease).toBeUndefined();
    // The settings were changed meanwhile: the answer to the first message does not change.
    chat.settles(must(chat.submits(text("还在看"), { muteMs: 1_000 }).lease), ACCEPTED);
    chat.pass(30_000);
    expect(chat.says([reply("自动")]).lease).toBeUndefined();
    chat.pass(30_000);
    chat.settles(must(chat.says([reply("自动")]).lease), ACCEPTED);
    chat.settles(must(chat.submits(text("机器人"), { muteMs: 60_000, isAi: true }).lease), ACCEPTED);
    expect(chat.says([reply("自动")]).lease).toBeDefined();
  });
});
