import { describe, it } from "vitest";
import type { Lease } from "../../../worker/conversation/core/outbox/outbox.ts";
import { HOLD_MS, MAX_HELD } from "../../../worker/conversation/core/transitions.ts";
import { converse, must, reply, text, TRANSFER } from "../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../support/delivery.ts";

const HOUR = 3_600_000;

/**
 * A chat in which five messages are sent, the given number of them is settled, and one has been held for two seconds.
 */
function quickChat(settled = 5) {
  const chat = converse();
  chat.says([]);
  let lease: Lease | undefined;
  for (const content of ["1", "2", "3", "4", "5"]) lease = chat.submits(text(content)).lease ?? lease;
  for (let count = 0; count < settled; count += 1) lease = chat.settles(must(lease), ACCEPTED);
  chat.submits(text("保留"), { hold: true });
  chat.pass(2_000);
  return chat;
}

describe("a message that is to be held", () => {
  it("is held when WeChat's window refuses it, and sent after the user's next message", ({ expect }) => {
    const chat = converse();
    chat.says([TRANSFER]);
    const { lease, message } = chat.submits(text("订单已发货"), { hold: true });
    chat.settles(must(lease), rejected(45047));
    expect(chat.status(must(message))).toMatchObject({ status: "held" });
    expect(chat.rows("blocked")).toEqual([]);
    chat.pass(1_000);
    // The new attempt has the next number, so a late settle of the refused attempt does not affect it.
    const again = must(chat.says([]).lease);
    expect(again).toMatchObject({ seq: must(message), attempt: 2 });
    chat.settles(again, ACCEPTED);
    expect(chat.status(must(message))).toMatchObject({ status: "sent" });
  });

  it("is blocked when its time has expired, like one that was held from the start", ({ expect }) => {
    const chat = converse();
    chat.says([TRANSFER]);
    const { lease, message } = chat.submits(text("订单已发货"), { hold: true });
    chat.settles(must(lease), rejected(45015));
    chat.pass(48 * 3_600_000);
    expect(chat.wakes()).toBeUndefined();
    expect(chat.status(must(message))).toMatchObject({ status: "blocked", parts: [{ reason: "hold_expired" }] });
  });

  it("is held when the window ends while it waits to be tried again", ({ expect }) => {
    for (const trouble of [rejected(-1), rejected(45009)]) {
      const chat = converse({ random: () => 0.999 });
      chat.says([]);
      chat.pass(47.999 * HOUR);
      const { lease, message } = chat.submits(text("订单已发货"), { hold: true });
      chat.settles(must(lease), trouble);
      chat.pass(3 * HOUR);
      expect(chat.wakes()).toBeUndefined();
      expect(chat.status(must(message))).toMatchObject({ status: "held" });
      chat.settles(must(chat.says([]).lease), ACCEPTED);
      expect(chat.status(must(message))).toMatchObject({ status: "sent" });
    }
  });

  it("is held, not failed, when WeChat stays busy", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const { lease, message } = chat.submits(text("订单已发货"), { hold: true });
    chat.settles(must(lease), rejected(-1));
    for (let count = 1; count < 4; count += 1) {
      chat.pass(60_000);
      chat.settles(must(chat.wakes()), rejected(-1));
    }
    expect(chat.status(must(message))).toMatchObject({ status: "held" });
    expect(chat.window().remaining).toBe(5);
    chat.settles(must(chat.says([]).lease), ACCEPTED);
    expect(chat.status(must(message))).toMatchObject({ status: "sent" });
  });

  it("is retried at once when the user wrote while it was refused", ({ expect }) => {
    const chat = converse();
    chat.says([]);
    const { lease, message } = chat.submits(text("订单已发货"), { hold: true });
    chat.pass(1_000);
    chat.says([]);
    const again = chat.settles(must(lease), rejected(45047));
    expect(again).toMatchObject({ seq: must(message), attempt: 2 });
    expect(chat.settles(must(again), rejected(45047))).toBeUndefined();
    expect(chat.status(must(message))).toMatchObject({ status: "held" });
  });
});

describe("a held message", () => {
  it("is sent although five were sent in the seconds before the user's message: WeChat decides", ({ expect }) => {
    const chat = quickChat();
    const { lease } = chat.says([reply("自动")]);
    expect(lease?.seq).toBeDefined();
    expect(chat.rows("out").find(({ seq }) => seq === must(lease).seq)?.content).toEqual(text("保留"));
    const next = must(chat.settles(must(lease), ACCEPTED));
    chat.settles(next, ACCEPTED);
    expect(chat.state().held).toEqual([]);
    expect(chat.rows("sent")).toHaveLength(7);
  });

  it("is held again when WeChat counts those against it", ({ expect }) => {
    const chat = quickChat();
    const lease = must(chat.says([]).lease);
    expect(chat.settles(lease, rejected(45047))).toBeUndefined();
    expect(chat.status(lease.seq)).toMatchObject({ status: "held" });
    chat.pass(6_000);
    expect(chat.says([]).lease).toMatchObject({ seq: lease.seq });
  });

  it("waits when the five were sent after the user's message, or are under way", ({ expect }) => {
    const sent = quickChat();
    sent.says([], sent.now() - 3_000);
    expect(sent.state().held).toHaveLength(1);
    const running = quickChat(0);
    running.says([]);
    expect(running.state().held).toHaveLength(1);
  });

  it("waits for the user's next message and is sent before the automatic answer", ({ expect }) => {
    const chat = converse();
    const first = chat.submits(text("第一"), { hold: true });
    chat.submits(text("第二"), { hold: true });
    expect(chat.status(must(first.message))?.status).toBe("held");
    chat.enters([]);
    expect(chat.state().held).toHaveLength(2);
    const { lease } = chat.says([reply("自动")]);
    expect(must(lease).seq).toBe(first.message);
    const second = must(chat.settles(must(lease), ACCEPTED));
    const third = must(chat.settles(second, ACCEPTED));
    expect(chat.rows("out").find((row) => row.seq === third.seq)?.content).toEqual(text("自动"));
  });

  it("causes the automatic answer to be dropped when it uses the last send", ({ expect }) => {
    const chat = converse();
    for (const content of ["1", "2", "3", "4", "5", "6"]) chat.submits(text(content), { hold: true });
    chat.says([reply("自动")]);
    expect(chat.state().held).toHaveLength(1);
    expect(chat.rows("blocked")[0]).toMatchObject({
      by: { type: "rule", id: "rule" },
      facts: { reason: "quota_used" },
    });
  });

  it("is blocked when its time has expired", ({ expect }) => {
    const chat = converse();
    const held = chat.submits(text("第一"), { hold: true });
    chat.pass(HOLD_MS);
    chat.wakes();
    expect(chat.status(must(held.message))).toMatchObject({
      status: "blocked",
      parts: [{ reason: "hold_expired" }],
    });
  });

  it("stays held with those after it when WeChat refuses the first, and all are sent after the user's next message", ({
    expect,
  }) => {
    const chat = converse();
    const contents = ["1", "2", "3", "4", "5"];
    for (const content of contents) chat.submits(text(content), { hold: true });
    const first = must(chat.says([]).lease);
    expect(chat.settles(first, rejected(45047))).toBeUndefined();
    expect(chat.rows("blocked")).toEqual([]);
    expect(chat.state().held).toHaveLength(5);
    chat.pass(HOUR);
    for (let { lease } = chat.says([]); lease !== undefined; lease = chat.settles(lease, ACCEPTED));
    const sent = chat.rows("sent").map(({ ref }) => chat.rows("out").find(({ seq }) => seq === ref)?.content);
    expect(sent).toEqual(contents.map(text));
  });

  it("returns to the list before those that were held after it", ({ expect }) => {
    const chat = converse();
    for (const content of ["1", "2", "3", "4", "5", "6"]) chat.submits(text(content), { hold: true });
    chat.settles(must(chat.says([]).lease), rejected(45047));
    chat.pass(HOUR);
    const next = must(chat.says([]).lease);
    expect(chat.rows("out").find(({ seq }) => seq === next.seq)?.content).toEqual(text("1"));
  });

  it("is not sent after its time although the alarm runs late, and leaves its send to the answer", ({ expect }) => {
    const chat = converse();
    for (const content of ["1", "2", "3", "4", "5"]) chat.submits(text(content), { hold: true });
    chat.pass(HOLD_MS);
    const { lease } = chat.says([reply("自动")]);
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(Array(5).fill("hold_expired"));
    expect(chat.rows("out").find(({ seq }) => seq === lease?.seq)?.content).toEqual(text("自动"));
  });

  it("that was released and had to wait is not sent after its time", ({ expect }) => {
    const chat = converse();
    const { message } = chat.submits(text("第一"), { hold: true });
    chat.pass(HOLD_MS - HOUR);
    chat.settles(must(chat.says([]).lease), { result: "not_sent", reason: "paused", until: chat.now() + 2 * HOUR });
    chat.pass(3 * HOUR);
    expect(chat.wakes()).toBeUndefined();
    expect(chat.status(must(message))).toMatchObject({ status: "blocked", parts: [{ reason: "hold_expired" }] });
  });

  it("frees its place when its time has expired although the alarm runs late", ({ expect }) => {
    const chat = converse();
    for (let count = 0; count < MAX_HELD; count += 1) chat.submits(text("等"), { hold: true });
    chat.pass(HOLD_MS);
    expect(chat.submits(text("新"), { hold: true }).ok).toBe(true);
    expect(chat.state().held).toHaveLength(1);
  });

  it("is refused when ten are waiting", ({ expect }) => {
    const chat = converse();
    for (let count = 0; count < MAX_HELD; count += 1) chat.submits(text("等"), { hold: true });
    expect(chat.submits(text("满"), { hold: true })).toMatchObject({ ok: false, reason: "hold_full" });
  });
});
