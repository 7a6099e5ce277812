import { describe, it } from "vitest";
import type { Reaction } from "../../../shared/message/delivery.ts";
import { makeDue, waitsForApp } from "../../../worker/conversation/core/outbox/resume.ts";
import { EMPTY_STATE, type OutboxItem } from "../../../worker/conversation/core/state.ts";

const ITEM: OutboxItem = {
  seq: 1,
  message: 1,
  source: "api",
  mayRepeat: false,
  resend: 0,
  attempt: 1,
  tries: { failed: 0, paused: 0 },
  nextAt: 9_000,
  until: 99_000,
};
const waiting = (reason: string, reaction?: Reaction): OutboxItem => ({
  ...ITEM,
  lastAttempt: { reason, ...(reaction && { reaction }) },
});

describe("waitsForApp", () => {
  it("is true for a pause, for its cause, and for a token", ({ expect }) => {
    for (const item of [waiting("paused"), waiting("api_unauthorized", "stop"), waiting("no_token")]) {
      expect(waitsForApp(item)).toBe(true);
    }
  });

  it("is false for anything else, and while an attempt is under way", ({ expect }) => {
    const lease = { holder: "c", startedAt: 0, endsAt: 12, deadline: 10 };
    const others = [ITEM, waiting("system_busy", "outage"), waiting("unconfirmed"), { ...waiting("paused"), lease }];
    for (const item of others) expect(waitsForApp(item)).toBe(false);
  });
});

describe("makeDue", () => {
  it("makes messages that wait for the app due, and no message that is due earlier", ({ expect }) => {
    const queue = [waiting("paused"), { ...waiting("no_token"), nextAt: 1_000 }, waiting("system_busy", "outage")];
    expect(makeDue({ ...EMPTY_STATE, queue }, 5_000).queue.map(({ nextAt }) => nextAt)).toEqual([5_000, 1_000, 9_000]);
  });

  it("does not change a state in which no message waits", ({ expect }) => {
    const state = { ...EMPTY_STATE, queue: [waiting("system_busy", "outage")] };
    expect(makeDue(state, 5_000)).toBe(state);
  });
});
