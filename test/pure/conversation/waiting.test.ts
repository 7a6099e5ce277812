import { describe, it } from "vitest";
import { untilPauseEnds, waitingMessages, findWaiting } from "../../../worker/conversation/core/outbox/waiting.ts";
import { EMPTY_STATE, type ConversationState, type OutboxItem } from "../../../worker/conversation/core/state.ts";

const ITEM: OutboxItem = {
  seq: 1,
  message: 1,
  source: "api",
  mayRepeat: false,
  resend: 0,
  attempt: 0,
  tries: { failed: 0, paused: 0 },
  nextAt: 5_000,
  until: 9_000,
};
const LEASE = { holder: "c", startedAt: 0, endsAt: 12, deadline: 10 };

const stateOf = (...queue: readonly OutboxItem[]): ConversationState => ({ ...EMPTY_STATE, queue });
const why = (queue: readonly OutboxItem[], index: number) => {
  const item = queue[index];
  return item && findWaiting(stateOf(...queue), item);
};

describe("waitingOf", () => {
  it("is nothing while an attempt is under way", ({ expect }) => {
    expect(why([{ ...ITEM, lease: LEASE }], 0)).toBeUndefined();
  });

  it("is due before the first attempt", ({ expect }) => {
    expect(why([ITEM], 0)).toEqual({ reason: "due", until: 5_000 });
  });

  it("is `paused` for a message that waits for the pause and for the one that caused it", ({ expect }) => {
    const met = { ...ITEM, lastAttempt: { reason: "paused", code: "45009" } };
    const caused = { ...ITEM, lastAttempt: { reason: "daily_quota_used", code: "45009", reaction: "quota" as const } };
    for (const item of [met, caused]) {
      expect(why([item], 0)).toEqual({ reason: "paused", code: "45009", until: 5_000 });
    }
  });

  it("is `retry` for a cause that concerns one message", ({ expect }) => {
    expect(why([{ ...ITEM, lastAttempt: { reason: "system_busy", code: "-1", reaction: "outage" } }], 0)).toMatchObject(
      {
        reason: "retry",
        code: "-1",
      },
    );
    expect(why([{ ...ITEM, lastAttempt: { reason: "lease_over" } }], 0)).toEqual({ reason: "retry", until: 5_000 });
  });

  it("is `retry` for a message that is the only one refused with a code of the app, because the app is not paused", ({
    expect,
  }) => {
    const lastAttempt = { reason: "api_unauthorized", code: "48001", reaction: "stop", isAlone: true } as const;
    const alone = { ...ITEM, lastAttempt };
    expect(why([alone], 0)).toEqual({ reason: "retry", code: "48001", until: 5_000 });
  });

  it("is `order` after another message, with the reason of that one", ({ expect }) => {
    const first = { ...ITEM, lastAttempt: { reason: "paused", code: "48001" }, nextAt: 8_000 };
    const second = { ...ITEM, seq: 2, message: 2 };
    expect(why([first, second], 1)).toEqual({ reason: "order", code: "48001", isBehindPause: true, until: 8_000 });
    expect(why([{ ...ITEM, lease: LEASE }, second], 1)).toEqual({ reason: "order" });
  });

  it("is its own reason for a second attempt and for a message that may be sent before it", ({ expect }) => {
    const again = { ...ITEM, resend: 1, lastAttempt: { reason: "unconfirmed" } };
    const next = { ...ITEM, seq: 2, message: 2 };
    expect(why([again, next], 0)).toEqual({ reason: "unconfirmed", until: 5_000 });
    expect(why([again, next], 1)).toEqual({ reason: "due", until: 5_000 });
    expect(why([again, { ...next, lease: LEASE }], 0)).toMatchObject({ reason: "unconfirmed" });
  });
});

describe("untilPauseEnds", () => {
  it("is the end of the pause for messages that wait for it, directly or after another one, and for no others", ({
    expect,
  }) => {
    const until = 5_000;
    for (const by of [{ reason: "paused" }, { reason: "order", isBehindPause: true }] as const) {
      const waiting = { ...by, code: "48001", until };
      expect(untilPauseEnds(waiting, 8_000)).toEqual({ ...waiting, until: 8_000 });
      expect(untilPauseEnds(waiting, 4_000)).toBe(waiting);
    }
    const others = [{ reason: "order" }, { reason: "order", code: "-1", until }, { reason: "retry", until }] as const;
    for (const waiting of others) expect(untilPauseEnds(waiting, 8_000)).toBe(waiting);
  });
});

describe("waitingMessages", () => {
  it("lists each message once, those on their way before those held", ({ expect }) => {
    const parts = [ITEM, { ...ITEM, seq: 2 }];
    const held = [{ message: 7, parts: 1, source: "api" as const, until: 99 }];
    expect(waitingMessages({ ...stateOf(...parts), held })).toEqual([
      { message: 1, status: "queued", waiting: { reason: "due", until: 5_000 } },
      { message: 7, status: "held", waiting: { reason: "held", until: 99 } },
    ]);
  });

  it("leaves out a message that is being sent", ({ expect }) => {
    const parts = [
      { ...ITEM, lease: LEASE },
      { ...ITEM, seq: 2 },
    ];
    expect(waitingMessages(stateOf(...parts))).toEqual([]);
  });
});
