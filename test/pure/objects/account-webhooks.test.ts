import { describe, it } from "vitest";
import {
  GONE_PAUSE_MS,
  keepHealths,
  noteReport,
  PAUSE_AFTER,
  PAUSE_MS,
  PAUSE_SPAN_MS,
  withHealth,
  type WebhookHealth,
  type WebhookReport,
} from "../../../worker/objects/account-webhooks.ts";

const NOW = 1_760_000_000_000;
const FAILED: WebhookReport = { ok: false, reason: "status", status: 503 };

/** Reports failures at these times. */
const fail = (times: readonly number[], from?: WebhookHealth) =>
  times.reduce((health, at) => noteReport(health, FAILED, at), from);

describe("an endpoint's health", () => {
  it("is not kept while it is well, and forgotten with the first success", ({ expect }) => {
    expect(noteReport(undefined, { ok: true }, NOW)).toBeUndefined();
    expect(noteReport(fail([NOW]), { ok: true }, NOW)).toBeUndefined();
  });

  it("pauses after ten failures in a row over five minutes, not before", ({ expect }) => {
    const nine = fail(Array.from({ length: PAUSE_AFTER - 1 }, (_, n) => NOW + n * 60_000));
    expect(nine).toMatchObject({ failures: 9, pausedUntil: 0, since: NOW, lastReason: "status", lastStatus: 503 });
    const at = NOW + 10 * 60_000;
    expect(noteReport(nine, FAILED, at)).toMatchObject({ failures: 10, pausedUntil: at + PAUSE_MS });
  });

  it("is not paused by many failures in a moment, and writes nothing more for them", ({ expect }) => {
    const burst = fail(Array.from({ length: PAUSE_AFTER }, () => NOW));
    expect(burst).toMatchObject({ failures: PAUSE_AFTER, pausedUntil: 0 });
    expect(noteReport(burst, FAILED, NOW + 1)).toBe(burst);
    expect(noteReport(burst, FAILED, NOW + PAUSE_SPAN_MS)?.pausedUntil).toBe(NOW + PAUSE_SPAN_MS + PAUSE_MS);
  });

  it("stays paused whatever is reported, and is paused again by one failure after the pause", ({ expect }) => {
    const paused = fail([...Array.from({ length: PAUSE_AFTER }, () => NOW), NOW + PAUSE_SPAN_MS]);
    const until = paused?.pausedUntil ?? 0;
    expect(noteReport(paused, FAILED, until - 1)).toBe(paused);
    expect(noteReport(paused, FAILED, until)?.pausedUntil).toBe(until + PAUSE_MS);
    expect(noteReport(paused, { ok: true }, until)).toBeUndefined();
  });

  it("is paused for longer the longer it is dead, six hours at most", ({ expect }) => {
    let health = fail([...Array.from({ length: PAUSE_AFTER }, () => NOW), NOW + PAUSE_SPAN_MS]);
    const pauses: number[] = [];
    for (let look = 0; look < 40; look += 1) {
      const at = health?.pausedUntil ?? 0;
      health = noteReport(health, FAILED, at);
      pauses.push((health?.pausedUntil ?? 0) - at);
    }
    expect(pauses[0]).toBe(PAUSE_MS);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(pauses.at(-1)).toBe(6 * 3_600_000);
    expect(health?.since).toBe(NOW);
  });

  it("is paused at once, and longer, by an endpoint that says it is gone", ({ expect }) => {
    const gone = noteReport(undefined, { ok: false, reason: "gone", status: 410 }, NOW);
    expect(gone).toMatchObject({ failures: 1, pausedUntil: NOW + GONE_PAUSE_MS });
  });

  it("begins anew when the settings give it another address or none", ({ expect }) => {
    const health = fail([NOW]);
    const healths = withHealth(withHealth(withHealth({}, "same", health), "moved", health), "gone", health);
    const webhook = (id: string, url: string) => ({ id, url, events: [] });
    const before = [webhook("same", "a"), webhook("moved", "b"), webhook("gone", "c")];
    expect(keepHealths(healths, before, [webhook("same", "a"), webhook("moved", "x")])).toEqual({ same: health });
    expect(withHealth({ same: fail([NOW]) as WebhookHealth }, "same", undefined)).toEqual({});
  });
});
