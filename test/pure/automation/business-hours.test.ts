/** How much of an interval lies within business hours, against the count of its open minutes. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { businessMs } from "../../../worker/automation/core/business-hours.ts";
import { isOpen, type HoursSettings } from "../../../worker/automation/core/hours.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const WEEK: NonNullable<HoursSettings["hours"]> = {
  mon: [
    { from: "09:00", to: "12:00" },
    { from: "13:30", to: "18:15" },
  ],
  sat: [{ from: "20:00", to: "02:45" }],
};

function hours(over: Partial<HoursSettings> = {}): HoursSettings {
  return { timeZone: "Asia/Shanghai", hours: WEEK, holidays: [], specialDays: [], ...over };
}

function measure(settings: HoursSettings, from: number, to: number): number {
  return businessMs(JSON.stringify(settings), from, to);
}

describe("business time", () => {
  it("is the part of an interval in which the shop is open, to the millisecond", ({ expect }) => {
    const monday = Date.parse("2026-11-23T00:00:00+08:00");
    expect(measure(hours(), monday, monday + 24 * HOUR)).toBe(3 * HOUR + 4.75 * HOUR);
    expect(measure(hours(), monday + 9 * HOUR + 1, monday + 9 * HOUR + 5)).toBe(4);
    expect(measure(hours(), monday + 8.5 * HOUR, monday + 9.5 * HOUR)).toBe(HOUR / 2);
    expect(measure(hours(), monday + 12 * HOUR, monday + 13.5 * HOUR)).toBe(0);
    expect(measure(hours(), monday, monday)).toBe(0);
  });

  it("follows holidays, special days and nights", ({ expect }) => {
    const monday = Date.parse("2026-11-23T00:00:00+08:00");
    const closed = hours({ holidays: [{ date: "2026-11-23" }] });
    expect(measure(closed, monday, monday + 24 * HOUR)).toBe(0);
    const special = hours({ specialDays: [{ date: "2026-11-24", hours: [{ from: "10:10", to: "10:20" }] }] });
    expect(measure(special, monday + 24 * HOUR, monday + 48 * HOUR)).toBe(10 * MINUTE);
    const saturday = Date.parse("2026-11-28T00:00:00+08:00");
    expect(measure(hours(), saturday, saturday + 48 * HOUR)).toBe(6.75 * HOUR);
    const always: HoursSettings = { timeZone: "Asia/Shanghai", holidays: [], specialDays: [] };
    expect(measure(always, monday, monday + 24 * HOUR)).toBe(24 * HOUR);
  });

  it("equals the count of open minutes, in every time zone and over changes to and from summer time", ({ expect }) => {
    const zone = fc.constantFrom(
      "Asia/Shanghai",
      "Europe/Berlin",
      "America/New_York",
      "Asia/Kathmandu",
      "Australia/Lord_Howe",
    );
    const start = fc.integer({ min: Date.parse("2026-03-01"), max: Date.parse("2026-11-30") });
    fc.assert(
      fc.property(zone, start, fc.integer({ min: 0, max: 48 * 60 }), (timeZone, at, minutes) => {
        const from = Math.floor(at / MINUTE) * MINUTE;
        const settings = hours({ timeZone });
        const open = Array.from({ length: minutes }, (_, index) => isOpen(settings, from + index * MINUTE));
        expect(measure(settings, from, from + minutes * MINUTE)).toBe(open.filter(Boolean).length * MINUTE);
      }),
      { numRuns: 40 },
    );
  });
});
