import { describe, it } from "vitest";
import {
  GONE_PAUSE_MS,
  keepHealths,
  recordGivenUp,
  recordReport,
  PAUSE_AFTER,
  PAUSE_CONVERSATIONS,
  PAUSE_MS,
  PAUSE_SPAN_MS,
  waitingSince,
  withHealth,
  withoutConversation,
  type WebhookHealth,
  type WebhookReport,
} from "../../../worker/webhooks/core/endpoint-health.ts";

const NOW = 1_760_000_000_000;
const FAILED: WebhookReport = { ok: false, conversation: "c0", reason: "status", status: 503 };
const REFUSED: WebhookReport = { ok: false, conversation: "c0", reason: "refused", status: 400 };
const from = (n: number, report: WebhookReport = FAILED): WebhookReport => ({ ...report, conversation: `c${n}` });

/** Reports failures at these times, each of another conversation. */
const fail = (times: readonly number[], known?: WebhookHealth) =>
  times.reduce((health, at, n) => recordReport(health, from(n), at), known);
/** The given number of failures at the same time. */
const burst = fail(Array.from({ length: PAUSE_AFTER }, () => NOW));
const paused = fail([NOW + PAUSE_SPAN_MS], burst);

describe("an endpoint's health", () => {
  it("is not stored while it is healthy, and is removed with a success of the conversation that failed", ({
    expect,
  }) => {
    expect(recordReport(undefined, { ok: true, conversation: "c0" }, NOW)).toBeUndefined();
    expect(recordReport(fail([NOW]), { ok: true, conversation: "c0" }, NOW)).toBeUndefined();
  });

  it("pauses after ten consecutive failures over five minutes, not before", ({ expect }) => {
    const nine = fail(Array.from({ length: PAUSE_AFTER - 1 }, (_, n) => NOW + n * 60_000));
    expect(nine).toMatchObject({ failures: 9, pausedUntil: 0, since: NOW, lastReason: "status", lastStatus: 503 });
    const at = NOW + 10 * 60_000;
    expect(recordReport(nine, from(0), at)).toMatchObject({ failures: 10, pausedUntil: at + PAUSE_MS });
  });

  it("is not paused by many simultaneous failures, and writes nothing more for them", ({ expect }) => {
    expect(burst).toMatchObject({ failures: PAUSE_AFTER, pausedUntil: 0 });
    expect(recordReport(burst, from(0), NOW + 59_999)).toBe(burst);
    expect(paused?.pausedUntil).toBe(NOW + PAUSE_SPAN_MS + PAUSE_MS);
  });

  it("names the newest failure to the minute, and up to twenty conversations, once ten are counted", ({ expect }) => {
    expect(recordReport(burst, from(0, { ...FAILED, status: 502 }), NOW + 60_000)).toMatchObject({
      failures: PAUSE_AFTER,
      since: NOW,
      lastAt: NOW + 60_000,
      lastStatus: 502,
    });
    let health = burst;
    for (let n = 0; n < 100; n += 1) health = recordReport(health, from(n), NOW + 1 + n);
    expect(waitingSince(health as WebhookHealth, NOW)).toHaveLength(20);
    expect(recordReport(health, from(200), NOW + 200)).toBe(health);
    // An event that is refused now no longer waits.
    const refused = Array.from({ length: PAUSE_AFTER }, () => from(50, REFUSED));
    const row = refused.reduce((known, report) => recordReport(known, report, NOW + 300), health);
    expect(recordReport(row, from(7, REFUSED), NOW + 301)?.conversations).not.toHaveProperty("c7");
  });

  it("stays paused after any report, and is paused again by three conversations after the pause", ({ expect }) => {
    const until = paused?.pausedUntil ?? 0;
    expect(recordReport(paused, from(0), until - 1)).toBe(paused);
    expect(fail([until, until], paused)?.pausedUntil).toBe(until);
    expect(fail([until, until, until], paused)?.pausedUntil).toBe(until + PAUSE_MS);
    expect(recordReport(paused, { ok: true, conversation: "c0" }, until)).toMatchObject({
      failures: 0,
      pausedUntil: 0,
    });
  });

  it("is paused for longer the longer it fails, at most six hours", ({ expect }) => {
    let health = paused;
    const pauses: number[] = [];
    for (let look = 0; look < 40; look += 1) {
      const at = health?.pausedUntil ?? 0;
      health = fail([at, at, at], health);
      pauses.push((health?.pausedUntil ?? 0) - at);
    }
    expect(pauses[0]).toBe(PAUSE_MS);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(6 * 3_600_000);
    expect(health?.since).toBe(NOW);
  });

  it("is paused for an hour when three conversations get a 410", ({ expect }) => {
    const gone: WebhookReport = { ok: false, conversation: "c0", reason: "gone", status: 410 };
    const two = recordReport(recordReport(undefined, from(1, gone), NOW), from(2, gone), NOW);
    expect(two).toMatchObject({ failures: 2, pausedUntil: 0 });
    expect(recordReport(two, from(2, gone), NOW)?.pausedUntil).toBe(0);
    expect(recordReport(two, from(3, gone), NOW)).toMatchObject({ failures: 3, pausedUntil: NOW + GONE_PAUSE_MS });
  });

  it("begins again with another address or other events, keeps the waiting conversations, and is deleted with its endpoint", ({
    expect,
  }) => {
    const over = recordGivenUp(fail([NOW, NOW]) as WebhookHealth, "c1");
    const health = { ...over, pausedUntil: NOW + 1 };
    const ids = ["same", "moved", "other", "gone"];
    const healths = ids.reduce((all, id) => withHealth(all, id, health), {});
    const webhook = (id: string, url: string) => ({ id, url, events: [] });
    const before = ids.map((id) => webhook(id, id));
    const other = { id: "other", url: "other", events: ["message.sent" as const] };
    const waits = { failures: 0, since: 0, pausedUntil: 0, conversations: { c0: { since: NOW, at: NOW } } };
    const after = [webhook("same", "same"), webhook("moved", "x"), other];
    expect(keepHealths(healths, before, after)).toEqual({
      same: health,
      moved: { ...health, ...waits },
      other: { ...health, ...waits },
    });
    const refused = recordReport(undefined, from(0, REFUSED), NOW);
    expect(keepHealths(withHealth({}, "moved", refused), before, after)).toEqual({});
    expect(withHealth({ same: fail([NOW]) as WebhookHealth }, "same", undefined)).toEqual({});
  });
});

describe("failures of one conversation", () => {
  it("never pause the endpoint, for any number of failures", ({ expect }) => {
    let health: WebhookHealth | undefined;
    for (let hour = 0; hour < 72; hour += 1) health = recordReport(health, from(hour % 2), NOW + hour * 3_600_000);
    expect(health).toMatchObject({ failures: PAUSE_AFTER, pausedUntil: 0 });
    expect(PAUSE_CONVERSATIONS).toBeGreaterThan(2);
  });

  it("stay recorded while others are delivered, which end the series of failures", ({ expect }) => {
    const one = recordReport(undefined, from(1), NOW);
    const delivered = recordReport(one, { ok: true, conversation: "c2" }, NOW + 1);
    expect(delivered).toMatchObject({ failures: 0, since: 0, conversations: { c1: { since: NOW, at: NOW } } });
    expect(recordReport(delivered, { ok: true, conversation: "c2" }, NOW + 2)).toBe(delivered);
    expect(recordReport(delivered, from(1), NOW + 3)).toMatchObject({
      failures: 1,
      since: NOW + 3,
      conversations: { c1: { since: NOW, at: NOW + 3 } },
    });
    expect(recordReport(delivered, { ok: true, conversation: "c1" }, NOW + 4)).toBeUndefined();
  });

  it("end when the endpoint no longer subscribes to the waiting event, which is no sign that it works", ({
    expect,
  }) => {
    const two = fail([NOW, NOW]);
    const idle = recordReport(two, { ok: true, conversation: "c0", isIdle: true }, NOW + 1);
    expect(idle).toMatchObject({ failures: 2, conversations: { c1: { since: NOW } } });
    expect(idle?.conversations).not.toHaveProperty("c0");
    expect(recordReport(idle, { ok: true, conversation: "c0", isIdle: true }, NOW + 1)).toBe(idle);
    expect(recordReport(undefined, { ok: true, conversation: "c0", isIdle: true }, NOW)).toBeUndefined();
  });

  it("are removed with the conversation, and four days after the last failure", ({ expect }) => {
    const one = recordReport(
      recordReport(undefined, from(1), NOW),
      { ok: true, conversation: "c2" },
      NOW,
    ) as WebhookHealth;
    expect(withoutConversation(one, "c2")).toBe(one);
    expect(withoutConversation(one, "c1")).toBeUndefined();
    expect(withoutConversation(fail([NOW]) as WebhookHealth, "c0")).toMatchObject({ failures: 1, conversations: {} });
    expect(waitingSince(one, NOW + 4 * 86_400_000 - 1)).toHaveLength(1);
    expect(waitingSince(one, NOW + 4 * 86_400_000)).toHaveLength(0);
  });

  it("still count when the event is abandoned, and the conversation no longer counts as waiting", ({ expect }) => {
    const one = recordReport(undefined, from(1), NOW) as WebhookHealth;
    const over = recordGivenUp(one, "c1");
    expect(waitingSince(over, NOW)).toHaveLength(0);
    expect(over.conversations).toHaveProperty("c1");
    expect(recordGivenUp(one, "c2")).toBe(one);
    expect(recordReport(over, { ok: true, conversation: "c2" }, NOW)).toBeUndefined();
    expect(waitingSince(recordReport(over, from(1), NOW + 1) as WebhookHealth, NOW)).toEqual([NOW + 1]);
  });

  it("are listed for the latest twenty conversations", ({ expect }) => {
    // With one counted failure the limit on writes does not apply yet, so this report is stored.
    const health = fail(Array.from({ length: 9 }, (_, n) => NOW + n)) as WebhookHealth;
    const known = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, { since: NOW + n, at: NOW + n }]));
    const full = recordReport({ ...health, failures: 1, conversations: known }, from(7), NOW + 30);
    expect(Object.keys(full?.conversations ?? {})).toHaveLength(20);
    expect(full?.conversations).toHaveProperty("c7");
    expect(full?.conversations).not.toHaveProperty("k0");
  });
});

describe("an endpoint that refuses events", () => {
  it("is failing and never paused, because it answers", ({ expect }) => {
    let health: WebhookHealth | undefined;
    for (let n = 0; n < 30; n += 1) health = recordReport(health, from(n, REFUSED), NOW + n * 60_000);
    expect(health).toMatchObject({ failures: PAUSE_AFTER, pausedUntil: 0, lastReason: "refused", lastStatus: 400 });
    expect(waitingSince(health as WebhookHealth, NOW)).toHaveLength(0);
    const { lastAt = 0 } = health ?? {};
    expect(recordReport(health, from(31, REFUSED), lastAt + 59_999)).toBe(health);
    expect(recordReport(health, from(31, REFUSED), lastAt + 60_000)).toMatchObject({ lastAt: lastAt + 60_000 });
  });

  it("counts every event it refuses in a run", ({ expect }) => {
    const three = recordReport(undefined, { ...REFUSED, count: 3 }, NOW);
    expect(three).toMatchObject({ failures: 3 });
    expect(recordReport(three, { ...REFUSED, count: 500 }, NOW)).toMatchObject({ failures: PAUSE_AFTER });
  });

  it("begins a series of refusals, and ends one of failures", ({ expect }) => {
    const refused = recordReport(burst, from(0, REFUSED), NOW + PAUSE_SPAN_MS);
    expect(refused).toMatchObject({ failures: 1, since: NOW + PAUSE_SPAN_MS });
    expect(refused?.conversations).not.toHaveProperty("c0");
    expect(recordReport(refused, from(1), NOW + PAUSE_SPAN_MS + 1)).toMatchObject({
      failures: 1,
      lastReason: "status",
    });
  });
});
