import { describe, it } from "vitest";
import { LEASE_MS } from "../../../worker/conversation/core/outbox/outbox.ts";
import { converse, must, reply, T0, text, TIMEOUT } from "../../support/conversation.ts";
import { ACCEPTED, rejected } from "../../support/delivery.ts";

const HOUR = 3_600_000;

describe("an attempt", () => {
  it("is returned again to the holder that lost the answer, and to no other", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一", "二")]).lease);
    const next = must(chat.settles(lease, ACCEPTED));
    expect(chat.settles(lease, ACCEPTED, true, true)).toEqual(next);
    expect(chat.says([]).lease).toBeUndefined();
    chat.pass(LEASE_MS);
    expect(chat.settles(lease, ACCEPTED, true, true)).toBeUndefined();
  });

  it("is not made for a two days old answer, even when new grants cover it", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    chat.settles(lease, { result: "not_sent", reason: "paused", until: T0 + 50 * HOUR });
    chat.pass(49 * HOUR);
    chat.says([]);
    chat.pass(2 * HOUR);
    expect(chat.wakes()).toBeUndefined();
    expect(chat.rows("blocked")[0]?.facts.reason).toBe("window_ended");
  });

  it("is the only one under way; the next starts when it is settled", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一", "二")]);
    expect(chat.submits(text("三")).lease).toBeUndefined();
    const second = must(chat.settles(must(lease), ACCEPTED));
    const third = must(chat.settles(second, ACCEPTED));
    expect(chat.settles(third, ACCEPTED)).toBeUndefined();
    expect(chat.rows("sent").map((row) => row.ref)).toEqual([must(lease).seq, second.seq, third.seq]);
  });

  it("leaves the next attempt to the alarm when its holder has no time", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一", "二")]);
    expect(chat.settles(must(lease), ACCEPTED, false)).toBeUndefined();
    expect(must(chat.wakes()).attempt).toBe(1);
  });

  it("for which WeChat is busy is repeated later, and the messages after it wait", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一", "二")]);
    expect(chat.settles(must(lease), rejected(-1))).toBeUndefined();
    expect(chat.wakes()).toBeUndefined();
    chat.pass(60_000);
    expect(chat.wakes()).toMatchObject({ seq: must(lease).seq, attempt: 2 });
    expect(chat.window().remaining).toBe(3);
  });

  it("fails after four busy answers, and its send is released", ({ expect }) => {
    const chat = converse();
    let lease = must(chat.says([reply("一")]).lease);
    for (let count = 1; count < 4; count += 1) {
      chat.settles(lease, rejected(-1));
      chat.pass(60_000);
      lease = must(chat.wakes());
    }
    chat.settles(lease, rejected(-1));
    expect(chat.rows("failed")[0]?.facts).toMatchObject({ code: "-1", attempt: 4 });
    expect(chat.window().remaining).toBe(5);
  });

  it("refused by the window corrects the counters and is not tried again", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一", "二")]);
    chat.pass(1_000);
    chat.settles(must(lease), rejected(45047));
    expect(chat.rows("blocked").map((row) => row.facts)).toEqual([
      { reason: "quota_used", attempt: 1, code: "45047" },
      { reason: "window_ended" },
    ]);
    expect(chat.window().status).toBe("closed");
    expect(chat.state().queue).toEqual([]);
  });

  it("stays due while the whole app is paused, for as long as the window is open", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一")]);
    chat.settles(must(lease), { result: "not_sent", reason: "paused", until: T0 + HOUR });
    chat.pass(HOUR - 1);
    expect(chat.wakes()).toBeUndefined();
    chat.pass(30_002);
    const again = must(chat.wakes());
    chat.settles(again, { result: "not_sent", reason: "paused", until: T0 + 48 * HOUR });
    chat.pass(48 * HOUR);
    chat.wakes();
    expect(chat.rows("blocked")[0]?.facts.reason).toBe("window_ended");
  });
});

describe("an attempt without a known outcome", () => {
  it("counts as used; an automatic text is sent once more, never a third time", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一")]);
    chat.settles(must(lease), TIMEOUT);
    expect(chat.window().remaining).toBe(3);
    chat.pass(8_000);
    const second = must(chat.wakes());
    expect(second).toMatchObject({ seq: must(lease).seq, attempt: 2 });
    chat.settles(second, TIMEOUT);
    chat.pass(HOUR);
    expect(chat.wakes()).toBeUndefined();
    expect(chat.rows("unconfirmed")).toHaveLength(2);
    expect(chat.window().remaining).toBe(3);
  });

  it("is not sent again when UNCONFIRMED_RETRY is 0, when a person wrote it, or when the window is full", ({
    expect,
  }) => {
    const never = converse({ unconfirmedRetries: 0 });
    never.settles(must(never.says([reply("一")]).lease), TIMEOUT);
    expect(never.state().queue).toEqual([]);
    const person = converse();
    person.says([]);
    person.settles(must(person.submits(text("一")).lease), TIMEOUT);
    expect(person.state().queue).toEqual([]);
    const full = converse();
    let lease = full.says([reply("1", "2", "3", "4", "5")]).lease;
    while (lease !== undefined) lease = full.settles(lease, TIMEOUT);
    expect(full.state().queue).toEqual([]);
  });

  it("does not delay later messages while its second attempt waits", ({ expect }) => {
    const chat = converse();
    const { lease } = chat.says([reply("一", "二")]);
    const next = must(chat.settles(must(lease), TIMEOUT));
    expect(chat.rows("out").find((row) => row.seq === next.seq)?.content).toEqual(text("二"));
  });

  it("results from a lease that ends unsettled, at the next push or the alarm", ({ expect }) => {
    const chat = converse();
    chat.says([reply("一")]);
    chat.pass(LEASE_MS);
    chat.says([]);
    expect(chat.rows("unconfirmed")[0]?.facts.reason).toBe("lease_ended");
  });

  it("is corrected by a late `sent`, which always takes precedence", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    chat.pass(LEASE_MS);
    chat.wakes();
    expect(chat.status(lease.seq)?.status).toBe("retrying");
    chat.settles(lease, ACCEPTED);
    expect(chat.status(lease.seq)?.status).toBe("sent");
    expect(chat.state().queue).toEqual([]);
    expect(chat.window().remaining).toBe(4);
  });

  it("keeps a second attempt that is already under way when the first is confirmed late", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    chat.settles(lease, TIMEOUT);
    chat.pass(8_000);
    const second = must(chat.wakes());
    chat.settles(lease, ACCEPTED);
    expect(chat.state().queue).toHaveLength(1);
    chat.settles(second, ACCEPTED);
    expect(chat.window().remaining).toBe(3);
  });

  it("remains the status of its message, whatever the outcome of the second attempt", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    chat.settles(lease, TIMEOUT);
    chat.pass(8_000);
    chat.settles(must(chat.wakes()), rejected(40003));
    expect(chat.status(lease.seq)).toMatchObject({ status: "unconfirmed", parts: [{ reason: "timeout" }] });
  });

  it("is followed by a second attempt for a picture as well", ({ expect }) => {
    const chat = converse();
    const picture = { ruleId: "r", action: { type: "reply", messages: [{ type: "image", mediaId: "m" }] } } as const;
    chat.says([picture]);
    chat.pass(LEASE_MS);
    chat.wakes();
    chat.pass(8_000);
    expect(chat.wakes()).toMatchObject({ attempt: 2 });
  });

  it("only records any other late outcome, and only once", ({ expect }) => {
    const chat = converse();
    const lease = must(chat.says([reply("一")]).lease);
    chat.settles(lease, TIMEOUT);
    chat.settles(lease, rejected(40003));
    chat.settles(lease, { result: "not_sent", reason: "lease_over" });
    chat.settles(lease, rejected(40003), true, true);
    expect(chat.rows("late").map((row) => row.facts)).toEqual([
      { attempt: 1, reason: "rejected", code: "40003" },
      { attempt: 1, reason: "not_sent" },
    ]);
    expect(chat.state().queue).toHaveLength(1);
  });
});
