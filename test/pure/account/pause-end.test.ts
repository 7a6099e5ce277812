import fc from "fast-check";
import { describe, it } from "vitest";
import { beijingDay } from "../../../shared/base/beijing-day.ts";
import { pauseUntil } from "../../../worker/account/core/pause-end.ts";
import { nextDue } from "../../../worker/account/core/schedule.ts";
import { allowForce, refreshTime } from "../../../worker/account/core/token-refresh.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Noon in Beijing. */
const NOON = Date.UTC(2026, 10, 22, 4, 0, 0);
const anyTime = fc.integer({ min: Date.UTC(2020, 0, 1), max: Date.UTC(2060, 0, 1) });
const anyRandom = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe("pauseUntil", () => {
  it("waits for the next minute after a per-minute limit, with a little jitter", ({ expect }) => {
    fc.assert(
      fc.property(anyTime, anyRandom, (now, random) => {
        const nextMinute = (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
        const until = pauseUntil("rate", now, random);
        expect(until).toBeGreaterThan(now);
        expect(until - nextMinute).toBeGreaterThanOrEqual(0);
        expect(until - nextMinute).toBeLessThan(5_000);
      }),
    );
  });

  it("ends an hour after a quota is used up", ({ expect }) => {
    expect(pauseUntil("quota", NOON, 0)).toBe(NOON + HOUR_MS);
  });

  it("ends at Beijing's midnight when that is sooner", ({ expect }) => {
    const midnight = NOON + 12 * HOUR_MS;
    expect(pauseUntil("quota", midnight - 10 * MINUTE_MS, 0)).toBe(midnight);
  });

  it("never waits longer than an hour and the jitter", ({ expect }) => {
    fc.assert(
      fc.property(
        fc.constantFrom("rate" as const, "quota" as const, "stop" as const),
        anyTime,
        anyRandom,
        (reaction, now, random) => {
          const until = pauseUntil(reaction, now, random);
          expect(until).toBeGreaterThan(now);
          expect(until - now).toBeLessThan(HOUR_MS + 30_000);
        },
      ),
    );
  });

  it("waits ten minutes after a stop", ({ expect }) => {
    expect(pauseUntil("stop", NOON, 0)).toBe(NOON + 10 * MINUTE_MS);
  });
});

describe("allowForce", () => {
  it("counts per Beijing day", ({ expect }) => {
    const used = { forceDay: beijingDay(NOON), forceCount: 19, forcedAt: NOON - HOUR_MS };
    expect(allowForce(used, NOON)).toEqual({ allowed: true, forceDay: beijingDay(NOON), forceCount: 20 });
    expect(allowForce({ ...used, forceCount: 20 }, NOON)).toEqual({ allowed: false, until: NOON + 12 * HOUR_MS });
    const tomorrow = NOON + 12 * HOUR_MS;
    expect(allowForce({ ...used, forceCount: 20 }, tomorrow)).toEqual({
      allowed: true,
      forceDay: beijingDay(NOON) + 1,
      forceCount: 1,
    });
  });

  it("begins the day at 16:00 UTC", ({ expect }) => {
    const midnight = Date.UTC(2026, 10, 22, 16, 0, 0);
    expect(beijingDay(midnight) - beijingDay(midnight - 1)).toBe(1);
    expect(beijingDay(midnight + DAY_MS - 1)).toBe(beijingDay(midnight));
  });
});

describe("refreshTime", () => {
  it("lies in the token's last five minutes, never in the past", ({ expect }) => {
    fc.assert(
      fc.property(anyTime, fc.integer({ min: 0, max: 10 * MINUTE_MS }), anyRandom, (now, leftMs, random) => {
        const at = refreshTime(now + leftMs, now, random);
        expect(at).toBeGreaterThanOrEqual(now);
        if (leftMs > 5 * MINUTE_MS) {
          expect(now + leftMs - at).toBeLessThanOrEqual(5 * MINUTE_MS);
          expect(now + leftMs - at).toBeGreaterThan(3 * MINUTE_MS);
        }
      }),
    );
  });
});

describe("nextDue", () => {
  const idle = { refreshAt: null, appWebhooks: {} };
  const retention = { eventsMs: 180 * DAY_MS, quarantineMs: 7 * DAY_MS };

  it("is never when nothing is stored and no caller needs a token", ({ expect }) => {
    expect(nextDue(idle, { event: null, quarantined: null, skipped: null, deliverable: 0 }, retention)).toBeUndefined();
  });

  it("is the earliest of the refresh, the publishing and the deletions", ({ expect }) => {
    expect(nextDue(idle, { event: NOON, quarantined: NOON, skipped: NOON, deliverable: 0 }, retention)).toBe(
      NOON + 7 * DAY_MS,
    );
    expect(nextDue(idle, { event: NOON, quarantined: null, skipped: null, deliverable: 0 }, retention)).toBe(
      NOON + 180 * DAY_MS,
    );
    expect(
      nextDue(
        { ...idle, refreshAt: NOON + 5 },
        { event: NOON, quarantined: NOON, skipped: NOON, deliverable: 0 },
        retention,
      ),
    ).toBe(NOON + 5);
    const both = { ...idle, refreshAt: NOON + 5, releaseAt: NOON + 4 };
    expect(nextDue(both, { event: NOON, quarantined: NOON, skipped: NOON, deliverable: 0 }, retention)).toBe(NOON + 4);
  });

  it("is when a webhook that lacks the newest event is due, if it can be called", ({ expect }) => {
    const nothing = { event: null, quarantined: null, skipped: null };
    const cursor = { after: 7, tries: 0, since: 0, nextAt: NOON + 3 };
    const listening = { ...idle, appWebhooks: { shop: cursor } };
    expect(nextDue(listening, { ...nothing, deliverable: 8 }, retention)).toBe(NOON + 3);
    expect(nextDue(listening, { ...nothing, deliverable: 7 }, retention)).toBeUndefined();
    expect(nextDue(listening, { ...nothing, deliverable: 0 }, retention)).toBeUndefined();
  });
});
