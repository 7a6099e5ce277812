import { describe, it } from "vitest";
import { isNewsOfForward, recordForward, type ForwardMemory } from "../../../worker/forwarding/core/server-health.ts";

const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);
const FAILED = { ok: false, reason: "status", status: 502 } as const;

describe("the health of the team's push server", () => {
  it("counts consecutive failures, one of those within ten seconds, until there is an answer", ({ expect }) => {
    const first = recordForward(null, FAILED, NOW);
    expect(first).toEqual({ failures: 1, since: NOW, lastAt: NOW, lastReason: "status", lastStatus: 502 });
    expect(recordForward(first, FAILED, NOW + 9_999)).toBe(first);
    const second = recordForward(first, { ok: false, reason: "timeout" }, NOW + 10_000);
    expect(second).toEqual({ failures: 2, since: NOW, lastAt: NOW + 10_000, lastReason: "timeout" });
    expect(recordForward(second, { ok: true }, NOW + 10_001)).toBeNull();
    expect(recordForward(null, { ok: true }, NOW)).toBeNull();
  });

  it("continues counting when the clock was set back", ({ expect }) => {
    const known = recordForward(null, FAILED, NOW);
    expect(recordForward(known, FAILED, NOW - 86_400_000)).toMatchObject({ failures: 2, lastAt: NOW - 86_400_000 });
  });

  it("is reported when it changes, and at intervals", ({ expect }) => {
    const memory: ForwardMemory = new Map();
    const news = (ok: boolean, at: number) => isNewsOfForward(memory, "wx1", ok, NOW + at);
    expect([news(true, 0), news(true, 59_999), news(true, 60_000)]).toEqual([true, false, true]);
    expect([news(false, 60_001), news(false, 70_000), news(false, 70_001)]).toEqual([true, false, true]);
    expect([news(true, 70_002), isNewsOfForward(memory, "wx2", true, NOW)]).toEqual([true, true]);
  });
});
