import { describe, it } from "vitest";
import { chatTime, untilTime } from "../../../console/ui/clock.ts";
import { ZH } from "../../../emulator/phone/text-zh.ts";

describe("the time of a chat's line", () => {
  const at = (text: string) => new Date(text).getTime();
  const now = at("2027-01-01T00:10:00");

  it.for([
    ["2027-01-01T00:05:00", "00:05"],
    ["2026-12-31T23:50:00", "昨天 23:50"],
    ["2026-12-30T09:05:00", "2026年12月30日 09:05"],
  ] as const)("written at %s is %s on New Year's Day", ([written, shown], { expect }) => {
    expect(chatTime(at(written), now, ZH)).toBe(shown);
  });

  it("has no year on another day of the same year", ({ expect }) => {
    expect(chatTime(at("2026-12-30T09:05:00"), at("2026-12-31T23:50:00"), ZH)).toBe("昨天 09:05");
    expect(chatTime(at("2026-12-29T09:05:00"), at("2026-12-31T23:50:00"), ZH)).toBe("12月29日 09:05");
  });
});

describe("a future end", () => {
  const at = (text: string) => new Date(text).getTime();

  it.for([
    ["2026-12-31T23:40:00", "23:40"],
    ["2026-12-31T23:40:00.001", "23:41"],
    ["2026-12-31T23:59:30", "1月1日 00:00"],
  ] as const)("at %s is shown as %s, never too early", ([end, shown], { expect }) => {
    expect(untilTime(at(end), at("2026-12-31T23:30:00"), ZH)).toBe(shown);
  });
});
