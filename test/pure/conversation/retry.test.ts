import fc from "fast-check";
import { describe, it } from "vitest";
import { backoffMs, planRetry, MAX_TRIES } from "../../../worker/conversation/core/outbox/retry.ts";
import { mustArm, nextDue, PRUNE_SLACK_MS } from "../../../worker/conversation/core/schedule.ts";
import { EMPTY_STATE } from "../../../worker/conversation/core/state.ts";
import { rejected } from "../../support/delivery.ts";

const NOW = 1_760_000_000_000;
const FRESH = { failed: 0, paused: 0 };

describe("the retry plan", () => {
  it("ends when WeChat accepted the message", ({ expect }) => {
    expect(planRetry({ result: "accepted" }, FRESH, NOW, 0)).toEqual({ type: "sent" });
  });

  it("retries when WeChat is busy, four attempts in all", ({ expect }) => {
    expect(planRetry(rejected(-1), FRESH, NOW, 0.5)).toMatchObject({
      type: "retry",
      counts: "failed",
      at: NOW + 2_001,
    });
    const last = { failed: MAX_TRIES - 1, paused: 0 };
    expect(planRetry(rejected(-1), last, NOW, 0)).toMatchObject({ type: "failed", code: "-1" });
  });

  it("retries with a new token, although the client has done so once already", ({ expect }) => {
    expect(planRetry(rejected(42001), FRESH, NOW, 0).type).toBe("retry");
  });

  it("waits for the next minute after 45011 and longer after each 45009 or ban", ({ expect }) => {
    const minute = planRetry(rejected(45011), FRESH, NOW, 0);
    expect(minute).toMatchObject({ type: "retry", at: Math.ceil(NOW / 60_000) * 60_000 });
    const first = planRetry(rejected(48004), FRESH, NOW, 0.999);
    const later = planRetry(rejected(48004), { failed: 0, paused: 5 }, NOW, 0.999);
    expect(first.type === "retry" && later.type === "retry" && later.at > first.at).toBe(true);
  });

  it("abandons a message that is the only one refused with a code of the app, but not for a quota", ({ expect }) => {
    const alone = (errcode: number) => planRetry(rejected(errcode, { aloneMs: 3 * 3_600_000 }), FRESH, NOW, 0);
    for (const errcode of [48001, 48004, 50007, 61004, 40164, 89503]) {
      expect(alone(errcode), String(errcode)).toMatchObject({ type: "failed", code: String(errcode), mayHold: true });
    }
    for (const errcode of [45009, 45011]) {
      expect(alone(errcode), String(errcode)).toMatchObject({ type: "retry", counts: "paused", code: String(errcode) });
    }
  });

  it("retries a message that is the only refused one after those that waited for its pause, for more than two hours", ({
    expect,
  }) => {
    for (const aloneMs of [0, 2 * 3_600_000]) {
      const decision = planRetry(rejected(40164, { aloneMs }), { failed: 0, paused: 9 }, NOW, 0);
      expect(decision).toMatchObject({
        type: "retry",
        counts: "paused",
        at: NOW + 30_001,
        code: "40164",
        isAlone: true,
      });
    }
  });

  it("abandons a message when a retry cannot succeed", ({ expect }) => {
    for (const errcode of [40003, 40007, 40013, 40125, 45002, 43019, 50002, 999_999]) {
      expect(planRetry(rejected(errcode), FRESH, NOW, 0)).toMatchObject({ type: "failed", code: String(errcode) });
    }
  });

  it("corrects the window for its codes", ({ expect }) => {
    for (const [errcode, correction] of [
      [45015, "closed"],
      [45047, "used"],
    ] as const) {
      const decision = planRetry(rejected(errcode), FRESH, NOW, 0);
      expect(decision).toEqual({ type: "window", correction, code: String(errcode) });
    }
  });

  it("never treats an unknown outcome as a failure", ({ expect }) => {
    expect(planRetry({ result: "unconfirmed", reason: "network" }, FRESH, NOW, 0)).toEqual({
      type: "unconfirmed",
      reason: "network",
    });
  });

  it("does not increase its back-off after a pause, which has its own end", ({ expect }) => {
    for (const pause of [{ result: "not_sent", reason: "paused" }, rejected(45011)] as const) {
      expect(planRetry(pause, FRESH, NOW, 0)).not.toHaveProperty("counts");
    }
    expect(planRetry({ result: "not_sent", reason: "no_token" }, FRESH, NOW, 0)).toMatchObject({ counts: "paused" });
  });

  it("does not try the message that caused a pause before its end", ({ expect }) => {
    for (const random of [0, 0.5, 0.999]) {
      for (const [errcode, minutes] of [
        [48001, 10],
        [45009, 60],
        [45011, 1],
      ] as const) {
        const until = NOW + minutes * 60_000;
        const decision = planRetry(rejected(errcode, { pausedUntil: until }), FRESH, NOW, random);
        expect(decision.type === "retry" && decision.at >= until && decision.at <= until + 30_001).toBe(true);
      }
    }
    // A pause that has already ended does not delay it; its own delay may be longer than the pause.
    const over = rejected(48001, { pausedUntil: NOW - 1 });
    expect(planRetry(over, FRESH, NOW, 0)).toMatchObject({ type: "retry", at: NOW + 1 });
    const often = planRetry({ ...over, pausedUntil: NOW + 600_000 }, { failed: 0, paused: 9 }, NOW, 0.5);
    expect(often).toMatchObject({ type: "retry", at: NOW + 3_600_001 });
  });

  it("spreads the wake-ups after a pause, none before its end", ({ expect }) => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (random) => {
        const until = NOW + 3_600_000;
        const decision = planRetry({ result: "not_sent", reason: "paused", until }, FRESH, NOW, random);
        expect(decision.type === "retry" && decision.at > until && decision.at <= until + 30_001).toBe(true);
      }),
    );
    const until = NOW + 60_000;
    const at = [0, 0.5, 0.999].map((random) =>
      planRetry({ result: "not_sent", reason: "paused", until }, FRESH, NOW, random),
    );
    expect(at).toMatchObject([{ at: until + 1 }, { at: until + 15_001 }, { at: until + 29_971 }]);
  });

  it("draws delays from the whole range, bounded by the cap", ({ expect }) => {
    const plan = { baseMs: 1_000, capMs: 60_000 };
    fc.assert(
      fc.property(fc.nat(200), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (step, random) => {
        const delay = backoffMs(plan, step, random);
        expect(delay).toBeGreaterThanOrEqual(1);
        expect(delay).toBeLessThanOrEqual(Math.min(60_000, 1_000 * 2 ** Math.min(step, 30)));
      }),
    );
    expect(backoffMs(plan, 3, 0)).toBe(1);
    expect(backoffMs(plan, 3, 0.999_99)).toBe(8_000);
  });

  it("retries after a missing token or a lease that was too short", ({ expect }) => {
    for (const reason of ["no_token", "lease_over"] as const) {
      const decision = planRetry({ result: "not_sent", reason, until: NOW + 500 }, FRESH, NOW, 0);
      expect(decision).toMatchObject({ type: "retry", at: NOW + 501, reason });
    }
  });
});

describe("the alarm's schedule", () => {
  const item = {
    seq: 1,
    message: 1,
    source: "auto" as const,
    mayRepeat: true,
    resend: 0,
    attempt: 0,
    tries: FRESH,
    until: NOW + 99_000,
  };

  const LEASE = { holder: "c", startedAt: NOW, endsAt: NOW + 30, deadline: NOW + 20 };

  it("wakes for the earliest of leases, retries, holds and retention", ({ expect }) => {
    const state = {
      ...EMPTY_STATE,
      queue: [
        { ...item, nextAt: NOW + 50, lease: LEASE },
        { ...item, nextAt: NOW + 40 },
      ],
      held: [{ message: 9, parts: 1, source: "api" as const, until: NOW + 20 }],
    };
    expect(nextDue(state, NOW, 10)).toBe(NOW + 20);
    expect(nextDue({ ...state, held: [] }, NOW, PRUNE_SLACK_MS)).toBe(NOW + 30);
    expect(nextDue({ ...EMPTY_STATE }, NOW, 10)).toBe(NOW + 10 + PRUNE_SLACK_MS);
    expect(nextDue(EMPTY_STATE, undefined, 10)).toBeUndefined();
  });

  it("does not wake for messages that wait for an attempt or a retry", ({ expect }) => {
    const behind = { ...item, seq: 2, nextAt: NOW - 50 };
    const leased = { ...item, nextAt: NOW - 99, lease: LEASE };
    expect(nextDue({ ...EMPTY_STATE, queue: [leased, behind] }, undefined, 10)).toBe(NOW + 30);
    const retrying = { ...item, nextAt: NOW + 70 };
    expect(nextDue({ ...EMPTY_STATE, queue: [retrying, behind] }, undefined, 10)).toBe(NOW + 70);
    const resent = { ...item, resend: 1, nextAt: NOW + 90 };
    expect(nextDue({ ...EMPTY_STATE, queue: [resent, behind] }, undefined, 10)).toBe(NOW - 50);
  });

  it("does not wake for rows past their retention while the oldest of them waits to be sent", ({ expect }) => {
    const held = [{ message: NOW, parts: 1, source: "api" as const, until: NOW + 99 * PRUNE_SLACK_MS }];
    expect(nextDue({ ...EMPTY_STATE, held }, NOW, 10)).toBe(NOW + 99 * PRUNE_SLACK_MS);
    expect(nextDue({ ...EMPTY_STATE, held }, NOW - 1, 10)).toBe(NOW + 9 + PRUNE_SLACK_MS);
  });

  it("sets the alarm again only when it has run or something is due before it", ({ expect }) => {
    expect(mustArm(NOW + 10, NOW + 20, NOW)).toBe(true);
    expect(mustArm(NOW + 20, NOW + 20, NOW)).toBe(false);
    expect(mustArm(NOW + 30, NOW, NOW)).toBe(true);
    expect(mustArm(undefined, 0, NOW)).toBe(false);
  });
});
