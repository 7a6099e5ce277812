/** Opening hours on real calendars: nights, holidays, working weekends, summer time. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { describeHours, isOpen, toLocalTime, type HoursSettings } from "../../../worker/automation/core/hours.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NINE_TO_SIX = [{ from: "09:00", to: "18:00" }];
const WORKWEEK = { mon: NINE_TO_SIX, tue: NINE_TO_SIX, wed: NINE_TO_SIX, thu: NINE_TO_SIX, fri: NINE_TO_SIX };

function hours(over: Partial<HoursSettings>): HoursSettings {
  return { timeZone: "Asia/Shanghai", holidays: [], specialDays: [], ...over };
}

/** A time in Shanghai, which has no daylight saving time. */
function shanghai(text: string): number {
  return Date.parse(`${text}:00+08:00`);
}

/** The number of opening minutes in an interval. */
function openMinutes(settings: HoursSettings, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += MINUTE) if (isOpen(settings, at)) count += 1;
  return count;
}

describe("isOpen", () => {
  it("is always open without hours", ({ expect }) => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }), (at) => {
        expect(isOpen(hours({}), at.getTime())).toBe(true);
      }),
    );
  });

  it("opens at the first minute and closes at the last, on its own clocks", ({ expect }) => {
    const shop = hours({ hours: WORKWEEK });
    expect(isOpen(shop, shanghai("2026-11-23T08:59"))).toBe(false); // a Monday
    expect(isOpen(shop, shanghai("2026-11-23T09:00"))).toBe(true);
    expect(isOpen(shop, shanghai("2026-11-23T17:59") + 59_999)).toBe(true);
    expect(isOpen(shop, shanghai("2026-11-23T18:00"))).toBe(false);
    expect(isOpen(shop, shanghai("2026-11-22T12:00"))).toBe(false); // a Sunday
    expect(isOpen({ ...shop, timeZone: "America/New_York" }, shanghai("2026-11-23T12:00"))).toBe(false);
  });

  it("closes between two times of a day and stays open up to 24:00", ({ expect }) => {
    const shop = hours({
      hours: {
        mon: [
          { from: "14:00", to: "24:00" },
          { from: "09:00", to: "12:00" },
        ],
      },
    });
    expect(isOpen(shop, shanghai("2026-11-23T11:59"))).toBe(true);
    expect(isOpen(shop, shanghai("2026-11-23T13:00"))).toBe(false);
    expect(isOpen(shop, shanghai("2026-11-23T23:59"))).toBe(true);
    expect(isOpen(shop, shanghai("2026-11-24T00:00"))).toBe(false);
  });

  it("runs past midnight into a day that is itself closed", ({ expect }) => {
    const shop = hours({ hours: { sat: [{ from: "20:00", to: "02:00" }] } });
    expect(isOpen(shop, shanghai("2026-11-28T01:00"))).toBe(false);
    expect(isOpen(shop, shanghai("2026-11-28T23:00"))).toBe(true);
    expect(isOpen(shop, shanghai("2026-11-29T01:59"))).toBe(true);
    expect(isOpen(shop, shanghai("2026-11-29T02:00"))).toBe(false);
  });

  it("is closed on a holiday, with or without hours, but ends the night before", ({ expect }) => {
    const holidays = [{ date: "2026-10-01", name: "国庆节" }];
    expect(isOpen(hours({ hours: WORKWEEK, holidays }), shanghai("2026-10-01T10:00"))).toBe(false); // a Thursday
    expect(isOpen(hours({ holidays }), shanghai("2026-10-01T10:00"))).toBe(false);
    expect(isOpen(hours({ holidays }), shanghai("2026-10-02T00:00"))).toBe(true);
    const bar = hours({
      holidays,
      hours: { wed: [{ from: "20:00", to: "02:00" }], thu: [{ from: "20:00", to: "02:00" }] },
    });
    expect(isOpen(bar, shanghai("2026-10-01T01:00"))).toBe(true);
    expect(isOpen(bar, shanghai("2026-10-01T21:00"))).toBe(false);
    expect(isOpen(bar, shanghai("2026-10-02T01:00"))).toBe(false);
  });

  it("uses a special day's hours instead of the week's", ({ expect }) => {
    const shop = hours({
      hours: WORKWEEK,
      specialDays: [{ date: "2026-10-10", hours: [{ from: "10:00", to: "12:00" }] }],
    });
    expect(isOpen(shop, shanghai("2026-10-10T11:00"))).toBe(true); // a working Saturday
    expect(isOpen(shop, shanghai("2026-10-10T12:00"))).toBe(false);
    expect(isOpen(shop, shanghai("2026-10-17T11:00"))).toBe(false);
    const always = hours({ specialDays: shop.specialDays });
    expect(isOpen(always, shanghai("2026-10-10T13:00"))).toBe(false);
    expect(isOpen(always, shanghai("2026-10-11T13:00"))).toBe(true);
  });

  it("finds the previous day across the ends of months and years", ({ expect }) => {
    const night = [{ from: "22:00", to: "03:00" }];
    const shop = hours({ hours: { thu: night } });
    expect(isOpen(shop, shanghai("2027-01-01T02:00"))).toBe(true); // 2026-12-31 is a Thursday
    expect(isOpen(hours({ hours: { tue: night } }), shanghai("2028-03-01T02:00"))).toBe(true); // 2028-02-29, a Tuesday
  });
});

describe("isOpen when the clocks change (America/New_York)", () => {
  const EST = "-05:00";
  const EDT = "-04:00";
  const every = (span: { from: string; to: string }): HoursSettings =>
    hours({ timeZone: "America/New_York", specialDays: [], hours: { sat: [span], sun: [span], mon: [span] } });

  it("opens at nine by the clock before and after", ({ expect }) => {
    const shop = every({ from: "09:00", to: "17:00" });
    for (const [date, offset] of [
      ["2026-03-07", EST],
      ["2026-03-08", EDT],
      ["2026-10-31", EDT],
      ["2026-11-01", EST],
    ]) {
      expect(isOpen(shop, Date.parse(`${date}T08:59:00${offset}`)), `${date} 08:59`).toBe(false);
      expect(isOpen(shop, Date.parse(`${date}T09:00:00${offset}`)), `${date} 09:00`).toBe(true);
      expect(isOpen(shop, Date.parse(`${date}T17:00:00${offset}`)), `${date} 17:00`).toBe(false);
    }
  });

  it("is open an hour less on the short night and an hour more on the long one", ({ expect }) => {
    const shop = every({ from: "01:00", to: "04:00" });
    const spring = Date.parse(`2026-03-08T00:00:00${EST}`);
    const autumn = Date.parse(`2026-11-01T00:00:00${EDT}`);
    expect(openMinutes(shop, spring, spring + 23 * 60 * MINUTE)).toBe(120);
    expect(openMinutes(shop, autumn, autumn + 25 * 60 * MINUTE)).toBe(240);
  });

  it("opens at the first existing minute when the set one is skipped", ({ expect }) => {
    const shop = every({ from: "02:30", to: "05:00" });
    expect(isOpen(shop, Date.parse(`2026-03-08T01:59:00${EST}`))).toBe(false);
    expect(isOpen(shop, Date.parse(`2026-03-08T03:00:00${EDT}`))).toBe(true);
  });

  it("ends a night shift by the clock", ({ expect }) => {
    const shop = every({ from: "22:00", to: "02:00" });
    expect(isOpen(shop, Date.parse(`2026-11-01T01:30:00${EDT}`))).toBe(true);
    expect(isOpen(shop, Date.parse(`2026-11-01T01:30:00${EST}`))).toBe(true);
    expect(isOpen(shop, Date.parse(`2026-11-01T02:00:00${EST}`))).toBe(false);
    expect(isOpen(shop, Date.parse(`2026-03-08T03:00:00${EDT}`))).toBe(false);
  });

  it("agrees with another computation of the clock, at any time and in any zone", ({ expect }) => {
    const zones = fc.constantFrom(
      "America/New_York",
      "Asia/Shanghai",
      "Europe/London",
      "Australia/Lord_Howe",
      "Asia/Kathmandu",
    );
    const clock = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(
        zones,
        clock,
        clock,
        fc.integer({ min: 0, max: 20 * 365 * 24 * 60 }),
        (timeZone, start, end, minute) => {
          fc.pre(start !== end);
          const day = [{ from: toClock(start), to: toClock(end) }];
          const now = Date.parse("2020-01-01T00:00:00Z") + minute * MINUTE;
          const [hour = 0, minutes = 0] = new Date(now)
            .toLocaleTimeString("sv-SE", { timeZone })
            .split(":")
            .map(Number);
          const at = hour * 60 + minutes;
          const expected = start < end ? at >= start && at < end : at >= start || at < end;
          const week = { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day };
          expect(isOpen(hours({ timeZone, hours: week }), now)).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("toLocalTime", () => {
  it("returns the local day and time with midnight as 00:00", ({ expect }) => {
    expect(toLocalTime("Asia/Shanghai", shanghai("2026-10-01T00:05"))).toEqual({ date: "2026-10-01", time: "00:05" });
    expect(toLocalTime("UTC", shanghai("2026-10-01T00:05"))).toEqual({ date: "2026-09-30", time: "16:05" });
    expect(toLocalTime("UTC", shanghai("2026-10-01T00:05") + DAY)).toEqual({ date: "2026-10-01", time: "16:05" });
  });
});

describe("describeHours", () => {
  it("joins days of equal hours, in Chinese and English", ({ expect }) => {
    const shop = hours({ hours: { ...WORKWEEK, sat: [{ from: "10:00", to: "16:00" }] } });
    expect(describeHours(shop)).toBe("周一至周五 09:00–18:00；周六 10:00–16:00");
    expect(describeHours(shop, "en")).toBe("Mon–Fri 09:00–18:00; Sat 10:00–16:00");
  });

  it("leaves closed days out and mentions that single days differ", ({ expect }) => {
    const shop = hours({ hours: { mon: NINE_TO_SIX, tue: [], wed: NINE_TO_SIX } });
    expect(describeHours(shop)).toBe("周一 09:00–18:00；周三 09:00–18:00");
  });

  it("names the next day of a night and orders the times of a day", ({ expect }) => {
    const shop = hours({
      hours: {
        sun: [
          { from: "20:00", to: "02:00" },
          { from: "11:00", to: "14:00" },
        ],
      },
    });
    expect(describeHours(shop)).toBe("周日 11:00–14:00、20:00–次日 02:00");
    expect(describeHours(shop, "en")).toBe("Sun 11:00–14:00, 20:00–02:00 the next day");
  });

  it('returns "every day" when all days are equal, also without hours', ({ expect }) => {
    expect(describeHours(hours({}))).toBe("每天 00:00–24:00");
    expect(describeHours(hours({ hours: { ...WORKWEEK, sat: NINE_TO_SIX, sun: NINE_TO_SIX } }), "en")).toBe(
      "Every day 09:00–18:00",
    );
  });

  it("does not promise the week's hours for holidays and special days", ({ expect }) => {
    const shop = hours({ hours: WORKWEEK, holidays: [{ date: "2026-10-01" }] });
    expect(describeHours(shop)).toBe("周一至周五 09:00–18:00（节假日与调休日另行安排）");
    const special = hours({ hours: WORKWEEK, specialDays: [{ date: "2026-10-10", hours: NINE_TO_SIX }] });
    expect(describeHours(special, "en")).toBe("Mon–Fri 09:00–18:00 (holidays and special days differ)");
  });
});

function toClock(minutes: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
