/** One document for all accounts: defaults, the overrides of single accounts, and the settings in force. */
import { describe, it } from "vitest";
import { findDocumentProblems } from "../../../shared/api/settings/document-checks.ts";
import { checkDocument, originsOf, parseDocument } from "../../../shared/api/settings/document-input.ts";
import { settingsFor, type SettingsDocument } from "../../../shared/api/settings/document.ts";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { OTHER_RULES, RULES } from "../../support/rules.ts";

const SHOP = "wx0123456789abcdef";
const OTHER = "wxfedcba9876543210";
const ACCOUNTS = [SHOP, OTHER].map((account) => ({ key: `mini-program:${account}`, account, rules: RULES }));
/** The second one of another channel. */
const TWO_CHANNELS = ACCOUNTS.map((one, index) => (index === 0 ? one : { ...one, rules: OTHER_RULES }));
const KEY = `mini-program:${SHOP}`;
const OTHER_KEY = `mini-program:${OTHER}`;

const text = (content: string) => ({ type: "text", content });
const reply = (content: string) => ({ type: "reply", messages: [text(content)] });
const greeting = { messages: [text("您好")] };
const hook = { id: "shop", url: "https://shop.example.com/hook" };
const asking = { id: "ask", match: { type: "anything" }, action: { type: "webhook", webhookId: "shop" } };
const linkTo = (appid: string) =>
  `<a href="https://x.cn" data-miniprogram-appid="${appid}" data-miniprogram-path="pages/a">看</a>`;

function parse(input: unknown): SettingsDocument {
  const parsed = parseDocument(input);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const pathsOf = (input: unknown) => {
  const parsed = parseDocument(input);
  return parsed.ok ? [] : parsed.error.map(({ path }) => path);
};
const problemsOf = (input: unknown) => findDocumentProblems(parse(input), ACCOUNTS, () => []);

describe("settingsFor", () => {
  const document = parse({
    defaults: { greeting, fallback: { type: "silent" }, rules: [asking], webhooks: [hook], muteAfterApiMinutes: 5 },
    overrides: { [OTHER_KEY]: { fallback: { type: "handover" }, rules: [], greeting: null } },
  });

  it("is the defaults for an account without an override, always the same object", ({ expect }) => {
    expect(settingsFor(document, KEY)).toBe(document.defaults);
  });

  it("replaces each key of an override completely and keeps the other keys of the defaults", ({ expect }) => {
    const { greeting: _none, ...others } = document.defaults;
    expect(settingsFor(document, OTHER_KEY)).toEqual({ ...others, fallback: { type: "handover" }, rules: [] });
  });

  it("is computed once for a document, so that rules are prepared once", ({ expect }) => {
    expect(settingsFor(document, OTHER_KEY)).toBe(settingsFor(document, OTHER_KEY));
  });

  it("removes an optional key by null, and fills no default into an override", ({ expect }) => {
    expect(settingsFor(document, OTHER_KEY)).not.toHaveProperty("greeting");
    expect(document.overrides[OTHER_KEY]).toEqual({ fallback: { type: "handover" }, rules: [], greeting: null });
  });

  it("returns the source of each key", ({ expect }) => {
    expect(originsOf(document, OTHER_KEY)).toMatchObject({
      fallback: "override",
      rules: "override",
      greeting: "override",
      webhooks: "defaults",
      muteAfterApiMinutes: "defaults",
    });
    expect(Object.values(originsOf(document, KEY))).not.toContain("override");
    expect(originsOf(document, KEY)).not.toHaveProperty("hours");
  });

  it("does not treat an inherited name as an account", ({ expect }) => {
    expect(settingsFor(document, "constructor")).toBe(document.defaults);
  });
});

describe("parseDocument", () => {
  it("needs the defaults, and accepts a document as it was read, including its version", ({ expect }) => {
    expect(pathsOf({})).toEqual(["defaults"]);
    expect(pathsOf({ version: 3, defaults: { fallback: { type: "silent" } } })).toEqual([]);
    expect(parse({ version: 3, defaults: { fallback: { type: "silent" } } })).not.toHaveProperty("version");
  });

  it("reports the settings of 0.1, which were not a document, by their keys", ({ expect }) => {
    expect(pathsOf({ fallback: { type: "silent" } }).toSorted()).toEqual(["defaults", "fallback"]);
  });

  it("reports the problems of all parts at once, each with its path", ({ expect }) => {
    const rules = [asking, asking];
    expect(
      pathsOf({
        defaults: { fallback: { type: "silent" }, timeZone: "Mars/Olympus", rules },
        overrides: { [KEY]: { muteAfterApiMinutes: -1, holidays: [{ date: "2026-02-30" }] } },
      }).toSorted(),
    ).toEqual([
      "defaults.rules.1.id",
      "defaults.timeZone",
      `overrides.${KEY}.holidays.0.date`,
      `overrides.${KEY}.muteAfterApiMinutes`,
    ]);
  });

  it.for(["wx0123456789abcdef", "mini-program:", "mini-program:a:b", "fax:1", "constructor"])(
    "refuses %s as the name of an account",
    (key, { expect }) => {
      const input = { defaults: { fallback: { type: "silent" } }, overrides: { [key]: { rules: [] } } };
      const parsed = parseDocument(input);
      expect(parsed.ok ? [] : parsed.error).toMatchObject([
        { path: `overrides.${key}`, problem: "is not the name of an account" },
      ]);
    },
  );

  it("refuses an unknown key of an override, and null for a required one", ({ expect }) => {
    const overrides = { [KEY]: { fallbak: {}, fallback: null } };
    expect(pathsOf({ defaults: { fallback: { type: "silent" } }, overrides }).toSorted()).toEqual([
      `overrides.${KEY}.fallback`,
      `overrides.${KEY}.fallbak`,
    ]);
  });
});

describe("findDocumentProblems", () => {
  const defaults = { fallback: { type: "silent" } };

  it("finds none in valid defaults and overrides", ({ expect }) => {
    const overrides = { [KEY]: { fallback: reply(linkTo(SHOP)) }, [OTHER_KEY]: { rules: [asking], webhooks: [hook] } };
    expect(problemsOf({ defaults, overrides })).toEqual([]);
  });

  it("checks a rule's webhook against the settings in force, wherever it is listed", ({ expect }) => {
    const listed = { ...defaults, webhooks: [hook] };
    expect(problemsOf({ defaults: listed, overrides: { [KEY]: { rules: [asking] } } })).toEqual([]);
    expect(problemsOf({ defaults, overrides: { [KEY]: { rules: [asking] } } })).toMatchObject([
      { path: `overrides.${KEY}.rules.0.action.webhookId`, problem: "names a webhook that is not listed" },
    ]);
  });

  it("refuses a date that is a holiday by an override and a special day by the defaults, or the other way round", ({
    expect,
  }) => {
    const holidays = [{ date: "2026-10-01" }];
    const specialDays = [{ date: "2026-10-01", hours: [{ from: "10:00", to: "12:00" }] }];
    for (const [ours, theirs] of [
      [{ specialDays }, { holidays }],
      [{ holidays }, { specialDays }],
    ] as const) {
      const found = problemsOf({ defaults: { ...defaults, ...ours }, overrides: { [KEY]: theirs } });
      expect(found.map(({ path }) => path)).toHaveLength(1);
      expect(found[0]?.path).toMatch(/(holidays|specialDays)\.0\.date$/);
    }
  });

  it("names the account when an override removes what the defaults need", ({ expect }) => {
    const found = problemsOf({
      defaults: { ...defaults, rules: [asking], webhooks: [hook] },
      overrides: { [KEY]: { webhooks: [] } },
    });
    expect(found).toMatchObject([
      { path: "defaults.rules.0.action.webhookId", problem: `names a webhook that is not listed, for ${KEY}` },
    ]);
  });

  it("reports a problem of the defaults once, for any number of accounts", ({ expect }) => {
    const found = problemsOf({ defaults: { ...defaults, rules: [asking] } });
    expect(found.map(({ path }) => path)).toEqual(["defaults.rules.0.action.webhookId"]);
  });

  it("allows a link of the defaults only where each account in force may send it", ({ expect }) => {
    const linking = { fallback: reply(linkTo(SHOP)) };
    expect(problemsOf({ defaults: linking })).toMatchObject([
      {
        path: "defaults.fallback.messages.0.content",
        problem: `has a link to another mini program, for ${OTHER_KEY}`,
      },
    ]);
    expect(problemsOf({ defaults: linking, overrides: { [OTHER_KEY]: defaults } })).toEqual([]);
  });

  it("checks the links of defaults that every account replaces for what any mini program needs", ({ expect }) => {
    const broken = { fallback: reply('<a href="https://x.cn" data-miniprogram-path="pages/a">看</a>') };
    const found = problemsOf({ defaults: broken, overrides: { [KEY]: defaults, [OTHER_KEY]: defaults } });
    expect(found.map(({ path }) => path)).toEqual(["defaults.fallback.messages.0.content"]);
  });

  it("checks the messages of two accounts by the rules of each", ({ expect }) => {
    const image = { type: "image", mediaId: "m" };
    const card = { type: "card", title: "t", pagePath: "pages/a", thumbMediaId: "m" };
    const mixed = { fallback: { type: "reply", messages: [card, text("x".repeat(41)), image] } };
    const find = (input: unknown) =>
      findDocumentProblems(parse(input), TWO_CHANNELS, () => []).map(({ path, problem }) => `${path}: ${problem}`);
    expect(find({ defaults, overrides: { [KEY]: mixed } })).toEqual([]);
    expect(find({ defaults, overrides: { [OTHER_KEY]: mixed } })).toEqual([
      `overrides.${OTHER_KEY}.fallback.messages.0.type: must be a type this account sends: text, image`,
      `overrides.${OTHER_KEY}.fallback.messages.1.content: must have at most 40 characters (2 messages of 20), has 41`,
    ]);
    expect(find({ defaults: mixed })).toEqual([
      `defaults.fallback.messages.0.type: must be a type this account sends: text, image, for ${OTHER_KEY}`,
      `defaults.fallback.messages.1.content: must have at most 40 characters (2 messages of 20), has 41, for ${OTHER_KEY}`,
    ]);
    expect(find({ defaults: mixed, overrides: { [OTHER_KEY]: defaults } })).toEqual([]);
  });

  it("counts the messages of an answer and of a greeting by the grants of each account", ({ expect }) => {
    const messages = ["一", "二"].map(text);
    const find = (count: number) => {
      const rules = [
        { id: "r", match: { type: "anything" }, action: { type: "reply", messages: Array(count).fill(text("x")) } },
      ];
      const input = parse({ defaults: { ...defaults, greeting: { messages }, rules } });
      return findDocumentProblems(input, TWO_CHANNELS, () => []).map(({ path, problem }) => `${path}: ${problem}`);
    };
    const greetingProblem = `defaults.greeting.messages: may become more than 1 messages when long texts are split, for ${OTHER_KEY}`;
    expect(find(3)).toEqual([greetingProblem]);
    expect(find(4)).toEqual([
      greetingProblem,
      `defaults.rules.0.action.messages: may become more than 3 messages when long texts are split, for ${OTHER_KEY}`,
    ]);
  });

  it("reports a problem that the messages of the defaults have for every channel once", ({ expect }) => {
    const long = { fallback: reply("x".repeat(20_000)) };
    const both = [RULES, { ...RULES }].map((rules, index) => ({
      key: index === 0 ? KEY : OTHER_KEY,
      account: "a",
      rules,
    }));
    expect(findDocumentProblems(parse({ defaults: long }), both, () => [])).toMatchObject([
      { path: "defaults.fallback.messages.0.content", cure: "shorten the text" },
    ]);
  });

  it("allows any link of a text where the channel does", ({ expect }) => {
    const linking = { fallback: reply(linkTo("wx1")) };
    const open = { ...OTHER_RULES, text: RULES.text };
    const find = (rules: ChannelRules) =>
      findDocumentProblems(parse({ defaults: linking }), [{ key: KEY, account: SHOP, rules }], () => []);
    expect(find(open)).toEqual([]);
    expect(find({ ...open, textLinks: "own" })).toHaveLength(1);
  });

  it("refuses an override for an account this worker does not serve", ({ expect }) => {
    const overrides = { "mini-program:wx00000000000000ff": { rules: [] } };
    expect(problemsOf({ defaults, overrides })).toMatchObject([
      { path: "overrides.mini-program:wx00000000000000ff", problem: "is not an account of this worker" },
    ]);
    expect(findDocumentProblems(parse({ defaults, overrides }), undefined, () => [])).toEqual([]);
  });

  it("keeps the stored override of an account that was removed from the configuration, without checking it", ({
    expect,
  }) => {
    const left = "mini-program:wx00000000000000ff";
    const misspelt = "mini-program:wx00000000000000fe";
    const document = parse({ defaults, overrides: { [left]: { rules: [asking] }, [misspelt]: { rules: [] } } });
    expect(findDocumentProblems(document, ACCOUNTS, () => [], [left])).toMatchObject([
      { path: `overrides.${misspelt}`, problem: "is not an account of this worker" },
    ]);
  });
});

describe("checkDocument", () => {
  const checked = (input: unknown) => {
    const result = checkDocument(input, (document) => findDocumentProblems(document, ACCOUNTS, () => []));
    return result.ok ? [] : result.error.map(({ path, problem }) => `${path} ${problem}`);
  };
  const long = "字".repeat(20_000);
  const tooLong = "must have at most";

  it("returns the document that parseDocument returns", ({ expect }) => {
    const input = { defaults: { fallback: reply("您好") }, overrides: { [KEY]: { rules: [] } } };
    expect(checkDocument(input, () => [])).toEqual(parseDocument(input));
  });

  it("reports sizes, counts and names together with a wrong structure elsewhere", ({ expect }) => {
    const answers = Array.from({ length: 6 }, () => text("好"));
    const problems = checked({
      defaults: {
        fallback: reply(long),
        greeting: { messages: [text("您好")], onceMinutes: "60" },
        rules: [asking, { id: 7 }, { ...asking, id: "many", action: { type: "reply", messages: [...answers, {}] } }],
        timeZone: 8,
      },
      overrides: { [KEY]: { fallback: reply(long), fallbak: {} }, "mini-program:wx0000000000000000": { rules: [] } },
    });
    for (const [path, problem] of [
      ["defaults.greeting.onceMinutes", "must be a number"],
      ["defaults.rules.1.id", "must be a text"],
      ["defaults.timeZone", "must be a text"],
      [`overrides.${KEY}.fallbak`, "is not a known setting"],
      ["defaults.fallback.messages.0.content", tooLong],
      ["defaults.rules.0.action.webhookId", "names a webhook that is not listed"],
      ["defaults.rules.2.action.messages", "has more than 5 messages"],
      [`overrides.${KEY}.fallback.messages.0.content`, tooLong],
      ["overrides.mini-program:wx0000000000000000", "is not an account of this worker"],
    ]) {
      expect(
        problems.filter((found) => found.startsWith(`${path} ${problem}`)),
        path,
      ).toHaveLength(1);
    }
  });

  it("adds no problem for a part with another structure", ({ expect }) => {
    const broken = [
      { rules: "none" },
      { rules: [null, 1, { id: "a", match: 1, action: 1 }] },
      { holidays: [{}, { date: 1 }], specialDays: [null, { date: "2026-10-01" }] },
      { webhooks: [{}, { id: "shop", url: 1 }] },
      { greeting: 1, offHours: { type: "reply" }, hours: { mon: 1 } },
      { greeting: { messages: [{}, 1] }, offHours: { type: "reply", messages: [{ type: "fax" }] } },
    ];
    for (const settings of broken) {
      const input = { defaults: { fallback: { type: "silent" }, ...settings } };
      const parsed = parseDocument(input);
      const found = parsed.ok ? [] : parsed.error.map(({ path, problem }) => `${path} ${problem}`);
      expect(checked(input).toSorted()).toEqual(found.toSorted());
    }
  });

  it.for([null, 1, "x", [], {}, { defaults: 1, overrides: 1 }, { overrides: { [KEY]: null } }])(
    "refuses %j with the problems of its structure",
    (input, { expect }) => {
      expect(checked(input).length).toBeGreaterThan(0);
    },
  );
});
