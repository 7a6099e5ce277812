/** Parsing a team's settings: defaults, every problem at once, and messages that could never be sent. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../shared/api/settings/default.ts";
import type { SettingsProblem } from "../../../shared/api/settings/settings.ts";
import { parseSettings } from "../../support/settings.ts";

const FALLBACK = { type: "handover" };
const text = (content: string) => ({ type: "text", content });
const reply = (...messages: unknown[]) => ({ type: "reply", messages });
const rule = (over: Record<string, unknown> = {}) => ({
  id: "price",
  match: { type: "any", words: ["价格"] },
  action: reply(text("见商品页")),
  ...over,
});

function problemsOf(input: unknown): SettingsProblem[] {
  const parsed = parseSettings(input);
  return parsed.ok ? [] : parsed.error;
}

/** The problems of otherwise correct settings, as `path: problem`. */
function tell(over: Record<string, unknown>): string[] {
  return problemsOf({ fallback: FALLBACK, ...over }).map(({ path, problem }) => `${path}: ${problem}`);
}

function tellRule(over: Record<string, unknown>): string[] {
  return tell({ rules: [rule(over)] });
}

describe("parseSettings", () => {
  it("fills in defaults that are the default settings", ({ expect }) => {
    expect(parseSettings({ fallback: FALLBACK })).toEqual({ ok: true, value: DEFAULT_SETTINGS });
  });

  it("lets the platform's agents serve users who need a person unless the desk is named", ({ expect }) => {
    expect(tell({ humanService: "desk" })).toEqual([]);
    expect(tell({ humanService: "wechat" })).toEqual([]);
    expect(tell({ humanService: "agents" })).toEqual(['humanService: must be "wechat" or "desk"']);
  });

  it("fills in the defaults of rules", ({ expect }) => {
    const parsed = parseSettings({ fallback: FALLBACK, rules: [rule()] });
    expect(parsed.ok && parsed.value.rules).toEqual([
      {
        id: "price",
        priority: 0,
        match: { type: "any", words: ["价格"], messageTypes: ["text"] },
        when: "always",
        action: { type: "reply", messages: [text("见商品页")] },
      },
    ]);
  });

  it("accepts its own result unchanged", ({ expect }) => {
    const first = parseSettings({
      fallback: FALLBACK,
      rules: [rule({ onceMinutes: 5, when: "open" })],
      hours: { mon: [{ from: "22:00", to: "02:00" }] },
      greeting: { messages: [text("您好，{{openHours}}")] },
      specialDays: [{ date: "2028-02-29", hours: [{ from: "00:00", to: "24:00" }] }],
      offHours: { type: "silent" },
    });
    expect(first.ok).toBe(true);
    if (first.ok) expect(parseSettings(first.value)).toEqual(first);
  });

  it("reports every problem at once, each with its path and a fix", ({ expect }) => {
    const problems = problemsOf({
      timeZone: "Mars/Olympus",
      hours: { mon: [{ from: "9:00", to: "25:00" }], funday: [] },
      holidays: [{ date: "2026-02-30" }, { date: "2026-10-01" }, { date: "2026-10-01" }],
      specialDays: [{ date: "2026-10-10", hours: [] }],
      greeting: { messages: [] },
      rules: [
        rule({ id: "a b", priority: 1.5, match: { type: "any", words: [] } }),
        rule({ when: "sometimes", onceMinutes: 0 }),
        rule({ action: reply(text("{{nmae}}"), { type: "image" }) }),
        "rule",
      ],
      offHours: { type: "answer" },
      muteAfterApiMinutes: 2_000,
      color: "red",
    });
    expect(problems.map(({ reason, path }) => `${reason} ${path}`).sort()).toEqual(
      [
        "invalid timeZone",
        "invalid hours.mon.0.from",
        "invalid hours.mon.0.to",
        "unknown_field hours.funday",
        "invalid holidays.0.date",
        "duplicate holidays.2.date",
        "invalid specialDays.0.hours",
        "invalid greeting.messages",
        "invalid rules.0.id",
        "invalid rules.0.priority",
        "invalid rules.0.match.words",
        "invalid rules.1.when",
        "invalid rules.1.onceMinutes",
        "duplicate rules.2.id",
        "invalid rules.2.action.messages.0.content",
        "missing rules.2.action.messages.1.mediaId",
        "invalid rules.3",
        "invalid offHours.type",
        "missing fallback",
        "invalid muteAfterApiMinutes",
        "unknown_field color",
      ].sort(),
    );
    for (const { problem, cure } of problems) {
      expect(problem).not.toBe("");
      expect(cure).not.toBe("");
    }
  });

  it("describes the expected value in plain words", ({ expect }) => {
    expect(problemsOf(null)).toEqual([
      { reason: "invalid", path: "", problem: "must be an object { … }", cure: "write an object { … } here" },
    ]);
    expect(problemsOf(undefined)[0]?.reason).toBe("missing");
    expect(tell({ rules: {}, muteAfterApiMinutes: "5", timeZone: 8 })).toEqual([
      "timeZone: must be a text",
      "rules: must be a list [ … ]",
      "muteAfterApiMinutes: must be a number",
    ]);
    expect(tell({ offHours: { type: "answer" } })).toEqual([
      'offHours.type: must be "reply" or "handover" or "silent" or "webhook"',
    ]);
    expect(
      problemsOf({ fallback: reply({ type: "link", title: "", description: "", url: "x", thumbUrl: "" }) }),
    ).toEqual([
      {
        reason: "invalid",
        path: "fallback.messages.0.title",
        problem: "must not be empty",
        cure: "fill it in, or omit the whole message",
      },
      {
        reason: "invalid",
        path: "fallback.messages.0.url",
        problem: "must be an http:// or https:// URL",
        cure: "write the whole address, beginning with https://",
      },
    ]);
  });

  it("never repeats long input, and reports a hundred problems at most", ({ expect }) => {
    const long = "密".repeat(5_000);
    const problems = problemsOf({
      fallback: { type: long },
      timeZone: long,
      rules: Array.from({ length: 300 }, () => ({ [long]: long })),
    });
    expect(problems).toHaveLength(101);
    expect(problems.at(-1)).toMatchObject({ reason: "more", path: "" });
    for (const problem of problems) expect(JSON.stringify(problem).length).toBeLessThan(400);
    const key = problemsOf({ fallback: FALLBACK, [long]: 1 });
    expect(key[0]?.path.length).toBeLessThan(122);
  });

  it("never throws, for any input", ({ expect }) => {
    fc.assert(
      fc.property(fc.anything(), fc.jsonValue(), (anything, json) => {
        expect(parseSettings(anything).ok).toBe(false);
        const parsed = parseSettings({ fallback: json, rules: [json], holidays: json, greeting: json });
        expect(parsed.ok).toBe(false);
      }),
    );
  });
});

describe("time settings", () => {
  it("accepts only existing zones", ({ expect }) => {
    for (const timeZone of ["Asia/Shanghai", "America/New_York", "UTC"]) expect(tell({ timeZone })).toEqual([]);
    for (const timeZone of ["", "Beijing", "Asia/上海"])
      expect(tell({ timeZone })).toEqual(["timeZone: is not a time zone"]);
  });

  it("accepts times from 00:00 to 24:00, also past midnight, but none of zero length", ({ expect }) => {
    const span = (from: string, to: string) => tell({ hours: { mon: [{ from, to }] } });
    for (const [from = "", to = ""] of [
      ["00:00", "24:00"],
      ["22:30", "06:00"],
      ["23:59", "00:00"],
    ]) {
      expect(span(from, to)).toEqual([]);
    }
    expect(span("09:00", "09:00")).toEqual(["hours.mon.0: begins and ends at the same time"]);
    expect(span("24:00", "09:60")).toEqual([
      "hours.mon.0.from: is not a time of day from 00:00 to 23:59",
      "hours.mon.0.to: is not a time of day from 00:00 to 24:00",
    ]);
    const five = ["01", "03", "05", "07", "09"].map((hour) => ({ from: `${hour}:00`, to: `${hour}:30` }));
    expect(tell({ hours: { mon: five } })).toEqual(["hours.mon: has more than 4 times"]);
  });

  it("refuses hours without any time, which could mean always or never", ({ expect }) => {
    expect(tell({ hours: {} })).toEqual(["hours: has no opening time"]);
    expect(tell({ hours: { mon: [], sun: [] } })).toEqual(["hours: has no opening time"]);
  });

  it("accepts calendar days, each once in holidays and special days together", ({ expect }) => {
    const nine = [{ from: "09:00", to: "12:00" }];
    expect(
      tell({ holidays: [{ date: "2028-02-29", name: "闰日" }], specialDays: [{ date: "2028-03-01", hours: nine }] }),
    ).toEqual([]);
    for (const date of ["2027-02-29", "2026-13-01", "2026-1-1", "2026-10-01T00:00", ""]) {
      expect(tell({ holidays: [{ date }] })).toEqual(["holidays.0.date: is not a calendar date"]);
    }
    const both = { holidays: [{ date: "2026-10-01" }], specialDays: [{ date: "2026-10-01", hours: nine }] };
    expect(tell(both)).toEqual(["specialDays.0.date: this date is already used"]);
    const many = Array.from({ length: 401 }, (_, index) => ({
      date: new Date(index * 86_400_000).toISOString().slice(0, 10),
    }));
    expect(tell({ holidays: many })).toEqual(["holidays: has more than 400 days"]);
  });
});

describe("rule settings", () => {
  it("accepts at most 200 rules, each with a unique id that no built-in answer has", ({ expect }) => {
    const rules = Array.from({ length: 201 }, (_, index) => rule({ id: `r${index}` }));
    expect(tell({ rules: rules.slice(1) })).toEqual([]);
    expect(tell({ rules })).toEqual(["rules: has more than 200 rules"]);
    expect(tellRule({ id: ":fallback" })).toEqual(["rules.0.id: is not a valid id"]);
    expect(tell({ rules: [rule(), rule(), rule()] })).toEqual([
      "rules.1.id: this id is already used",
      "rules.2.id: this id is already used",
    ]);
  });

  it("keeps priorities and pauses in range", ({ expect }) => {
    expect(tellRule({ priority: -1_000_000, onceMinutes: 43_200 })).toEqual([]);
    expect(tellRule({ priority: 1_000_001, onceMinutes: 43_201 })).toEqual([
      "rules.0.priority: is more than 1000000",
      "rules.0.onceMinutes: is more than 43200",
    ]);
    expect(tellRule({ priority: -1_000_001, onceMinutes: 0.5 })[0]).toBe("rules.0.priority: is less than -1000000");
  });

  it("refuses keywords that match nothing or everything", ({ expect }) => {
    const words = (type: string, list: string[]) => tellRule({ match: { type, words: list } });
    expect(words("exact", ["价格", "\u200B "])).toEqual(["rules.0.match.words.1: is blank"]);
    expect(words("wildcard", ["*退*", " * ＊"])).toEqual(["rules.0.match.words.1: consists of * only"]);
    expect(words("all", [])).toEqual(["rules.0.match.words: has no keyword"]);
    expect(words("any", ["x".repeat(101)])).toEqual(["rules.0.match.words.0: has more than 100 characters"]);
    expect(
      words(
        "any",
        Array.from({ length: 51 }, (_, index) => `w${index}`),
      ),
    ).toEqual(["rules.0.match.words: has more than 50 keywords"]);
    expect(words("regex", ["a"])[0]).toMatch(/^rules\.0\.match\.type: must be "exact" or /);
  });

  it("matches pictures only with the type anything", ({ expect }) => {
    const images = ["image"];
    expect(tellRule({ match: { type: "anything", messageTypes: images } })).toEqual([]);
    expect(tellRule({ match: { type: "any", words: ["a"], messageTypes: images } })).toEqual([
      "rules.0.match.messageTypes.0: keywords match text, menu-choice, location, link, card only",
    ]);
    expect(tellRule({ match: { type: "anything", messageTypes: [] } })).toEqual([
      "rules.0.match.messageTypes: lists no message type",
    ]);
    expect(tellRule({ match: { type: "anything", words: ["a"] } })).toEqual([
      "rules.0.match.words: is not a known setting",
    ]);
  });
});

describe("DEFAULT_SETTINGS", () => {
  it("promise nothing and hand every message to WeChat's own agents", ({ expect }) => {
    expect(DEFAULT_SETTINGS).not.toHaveProperty("greeting");
    expect(DEFAULT_SETTINGS).not.toHaveProperty("hours");
    expect(DEFAULT_SETTINGS.rules).toEqual([]);
    expect(DEFAULT_SETTINGS.fallback).toEqual({ type: "handover" });
  });
});
