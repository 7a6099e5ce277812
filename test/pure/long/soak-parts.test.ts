/** The parts of the soak test: its clock, its test of flatness, and its verdict. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { createFastClock } from "../../long/fast-clock.ts";
import { findSoakFaults, writeSoakReport } from "../../long/soak-report.ts";
import type { SoakRun } from "../../long/soak.ts";
import { findTrend } from "../../long/trend.ts";

const DAY_MS = 86_400_000;
const START = 1_795_000_000_000;

describe("the fast clock", () => {
  const clock = createFastClock({ startedAt: START, dayMs: 6_000 });

  it("runs like the machine's, and skips a day every few seconds", ({ expect }) => {
    expect(clock.toFast(START + 5_999)).toBe(START + 5_999);
    expect(clock.toFast(START + 6_000)).toBe(START + 6_000 + DAY_MS);
    expect(clock.toFast(START + 60_001)).toBe(START + 60_001 + 10 * DAY_MS);
  });

  it("runs an alarm at the first time at which it is due", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 * DAY_MS }), (after) => {
        const machine = clock.toMachine(START + after);
        expect(clock.toFast(machine)).toBeGreaterThanOrEqual(START + after);
        expect(clock.toFast(machine - 1)).toBeLessThan(START + after);
      }),
    );
  });

  it("converts a shown time back to the machine's time", ({ expect }) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_600_000 }), (after) => {
        expect(clock.toMachine(clock.toFast(START + after))).toBe(START + after);
      }),
    );
  });
});

describe("a trend", () => {
  const series = (value: (index: number) => number) =>
    Array.from({ length: 60 }, (_, index) => ({ at: START + index * 60_000, value: value(index) }));

  it("of a constant value is flat, regardless of single readings", ({ expect }) => {
    const trend = findTrend(series((index) => (index % 10 === 0 ? 900 : 100)));
    expect(trend).toEqual({ median: 100, perHour: 0, growth: 0 });
  });

  it("of a growing value is its slope, as a fraction of the median", ({ expect }) => {
    const trend = findTrend(series((index) => 1_000 + index));
    expect(trend.perHour).toBeCloseTo(60);
    expect(trend.growth).toBeCloseTo(59 / 1_029.5);
  });

  it("needs two readings", ({ expect }) => {
    expect(() => findTrend([{ at: START, value: 1 }])).toThrow(RangeError);
  });
});

describe("the verdict on a soak", () => {
  const flat = { median: 2 ** 27, perHour: 0, growth: 0.01 };
  const run: SoakRun = {
    seed: 1,
    minutes: 10,
    days: 100,
    retentionDays: 2,
    pushes: 4_000,
    acknowledged: 4_000,
    answered: 4_000,
    duplicates: 2,
    oldestDays: 3.2,
    oldestAllowedDays: 4,
    gone: 40,
    goneButStored: 0,
    memory: flat,
    storage: flat,
    course: [[1, 120, 3]],
  };
  const faultsOf = (change: Partial<SoakRun>) => findSoakFaults({ ...run, ...change });

  it('is "passed" when everything is answered, old rows are deleted, and nothing grows', ({ expect }) => {
    expect(faultsOf({})).toEqual([]);
    expect(writeSoakReport(run, [["Node", "24"]], "2026-11-22")).toContain("**100 天 / days**, 通过 / passed.");
  });

  it("names pushes that were not acknowledged or answered", ({ expect }) => {
    expect(faultsOf({ acknowledged: 3_999, answered: 3_990 })).toEqual([
      "1 pushes were not acknowledged",
      "10 pushes were not answered",
    ]);
  });

  it("names rows and users that should be deleted", ({ expect }) => {
    expect(faultsOf({ oldestDays: 4.5 })).toEqual(["a row is 4.5 d old, at most 4 are kept"]);
    expect(faultsOf({ goneButStored: 3 })).toEqual(["3 users are still stored who should be deleted"]);
    expect(faultsOf({ gone: 0 })).toHaveLength(1);
  });

  it("names growth, and puts it into the report", ({ expect }) => {
    const growing = { ...run, memory: { ...flat, growth: 0.2 }, storage: { ...flat, growth: 0.11 } };
    expect(findSoakFaults(growing)).toEqual(["memory is not flat: 20.0 %", "storage is not flat: 11.0 %"]);
    expect(writeSoakReport(growing, [], "2026-11-22")).toContain("- memory is not flat: 20.0 %");
  });
});
