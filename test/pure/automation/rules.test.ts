/**
 * The candidates for a push under given settings, in an order that does not depend on the order of the settings. The
 * file is long because it is the case table of one function.
 */
import * as fc from "fast-check";
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../../shared/api/settings/default.ts";
import type { Settings } from "../../../shared/api/settings/settings.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import type { Proposal } from "../../../worker/automation/core/proposal.ts";
import { buildCandidates } from "../../../worker/automation/core/rules.ts";
import { parseSettings } from "../../support/settings.ts";

const HEAD = { createdAt: 0 };
const MONDAY_NOON = Date.parse("2026-11-23T12:00:00+08:00");
const MONDAY_NIGHT = Date.parse("2026-11-23T22:30:00+08:00");

function said(content: string): InboundEvent {
  return { ...HEAD, event: "message", type: "text", name: "text", id: "1", content };
}

function entered(entryText = ""): InboundEvent {
  return { ...HEAD, event: "action", type: "enter", name: "user_enter_tempsession", entryText };
}

const IMAGE: InboundEvent = {
  ...HEAD,
  event: "message",
  type: "image",
  name: "image",
  id: "1",
  url: "http://p",
  mediaId: "m",
};
const PLACE: InboundEvent = {
  ...HEAD,
  event: "message",
  type: "location",
  name: "location",
  id: "1",
  latitude: 31.2,
  longitude: 121.4,
  label: "人民广场",
};
const CARD: InboundEvent = {
  ...HEAD,
  event: "message",
  type: "card",
  name: "miniprogrampage",
  id: "1",
  title: "红色 T恤",
  appId: "wx1",
  pagePath: "p",
  thumbUrl: "",
  thumbMediaId: "m",
};
const VOICE: InboundEvent = { ...HEAD, event: "message", type: "unknown", name: "voice", id: "1", raw: "{}" };

function settings(input: Record<string, unknown>): Settings {
  const parsed = parseSettings({ fallback: { type: "silent" }, ...input });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

function reply(content: string) {
  return { type: "reply", messages: [{ type: "text", content }] };
}

function rule(id: string, type: string, words: string[], over: Record<string, unknown> = {}) {
  return { id, match: { type, words }, action: reply(id), ...over };
}

function idsOf(candidates: readonly Proposal[]): string[] {
  return candidates.map(({ ruleId }) => ruleId);
}

/** The texts of the first candidate. */
function firstTexts(candidates: readonly Proposal[]): string[] {
  const action = candidates[0]?.action;
  if (action?.type !== "reply") return [];
  return action.messages.map((message) => (message.type === "text" ? message.content : message.type));
}

describe("buildCandidates for a message", () => {
  it("returns the matching rules, then the fallback", ({ expect }) => {
    const shop = settings({ rules: [rule("price", "any", ["价格"]), rule("other", "any", ["发货"])] });
    expect(buildCandidates(shop, said("价格是多少"), MONDAY_NOON)).toEqual([
      { ruleId: "price", action: reply("price") },
      { ruleId: ":fallback", action: { type: "silent" } },
    ]);
  });

  it("passes on a rule's cool-down, in milliseconds", ({ expect }) => {
    const shop = settings({ rules: [rule("hi", "exact", ["hi"], { onceMinutes: 30 })] });
    expect(buildCandidates(shop, said("hi"), MONDAY_NOON)[0]).toEqual({
      ruleId: "hi",
      action: reply("hi"),
      onceMs: 1_800_000,
    });
  });

  it("orders by priority, then by how exactly a rule matches, then by the longer keyword, then by id", ({ expect }) => {
    const shop = settings({
      rules: [
        { id: "anything", match: { type: "anything" }, action: { type: "silent" } },
        rule("b-short", "any", ["退"]),
        rule("a-short", "contains", ["退"]),
        rule("long", "any", ["退款"]),
        rule("all", "all", ["退", "款"]),
        rule("wildcard", "wildcard", ["*退款*"]),
        rule("prefix", "prefix", ["退"]),
        rule("exact", "exact", ["退款"]),
        rule("first", "any", ["款"], { priority: 1 }),
        rule("last", "exact", ["退款"], { priority: -1 }),
      ],
    });
    expect(idsOf(buildCandidates(shop, said("退款"), MONDAY_NOON))).toEqual([
      "first",
      "exact",
      "prefix",
      "wildcard",
      "all",
      "long",
      "a-short",
      "b-short",
      "anything",
      "last",
      ":fallback",
    ]);
  });

  it("does not depend on the order of the rules in the settings", ({ expect }) => {
    const letters = fc.array(fc.constantFrom("a", "b", "价", " "), { minLength: 1, maxLength: 4 });
    const word = letters.map((list) => `a${list.join("")}`);
    const types = fc.constantFrom("exact", "prefix", "contains", "any", "all", "wildcard");
    const matches = fc.record({ type: types, words: fc.array(word, { minLength: 1, maxLength: 3 }) });
    const rules = fc.array(fc.record({ match: matches, priority: fc.integer({ min: 0, max: 1 }) }), { maxLength: 12 });
    const shuffled = rules
      .map((list) => list.map((entry, index) => ({ ...entry, id: `r${index}`, action: { type: "silent" } })))
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(shuffled, word, ([one, other], content) => {
        const first = buildCandidates(settings({ rules: one }), said(content), MONDAY_NOON);
        expect(buildCandidates(settings({ rules: other }), said(content), MONDAY_NOON)).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });

  it("never throws and always ends with the fallback, whatever the user writes", ({ expect }) => {
    const shop = sampleSettings();
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (content) => {
        expect(idsOf(buildCandidates(shop, said(content), MONDAY_NOON)).at(-1)).toBe(":fallback");
      }),
    );
  });

  it("applies a rule only in its hours", ({ expect }) => {
    const shop = settings({
      hours: { mon: [{ from: "09:00", to: "18:00" }] },
      rules: [
        rule("day", "any", ["人工"], { when: "open" }),
        rule("night", "any", ["人工"], { when: "closed" }),
        rule("round", "any", ["人工"]),
      ],
    });
    expect(idsOf(buildCandidates(shop, said("人工"), MONDAY_NOON))).toEqual(["day", "round", ":fallback"]);
    expect(idsOf(buildCandidates(shop, said("人工"), MONDAY_NIGHT))).toEqual(["night", "round", ":fallback"]);
  });

  it("puts the answer for closed hours before the fallback, only while closed", ({ expect }) => {
    const shop = settings({ hours: { mon: [{ from: "09:00", to: "18:00" }] }, offHours: reply("休息") });
    expect(idsOf(buildCandidates(shop, said("x"), MONDAY_NOON))).toEqual([":fallback"]);
    const atNight = buildCandidates(shop, said("x"), MONDAY_NIGHT);
    expect(idsOf(atNight)).toEqual([":offHours", ":fallback"]);
    expect(atNight.map(({ purpose }) => purpose)).toEqual(["away", undefined]);
  });

  it("tries a rule on the types of message it names, a card by its title", ({ expect }) => {
    const shop = settings({
      rules: [
        rule("text", "any", ["红色"]),
        { ...rule("card", "any", []), match: { type: "any", words: ["红色"], messageTypes: ["card"] } },
        { ...rule("picture", "any", []), match: { type: "anything", messageTypes: ["image"] } },
      ],
    });
    expect(idsOf(buildCandidates(shop, said("红色"), MONDAY_NOON))).toEqual(["text", ":fallback"]);
    expect(idsOf(buildCandidates(shop, CARD, MONDAY_NOON))).toEqual(["card", ":fallback"]);
    expect(idsOf(buildCandidates(shop, IMAGE, MONDAY_NOON))).toEqual(["picture", ":fallback"]);
  });

  it("answers a message of an unknown type with the fallback", ({ expect }) => {
    const shop = settings({
      rules: [{ id: "all", match: { type: "anything" }, action: reply("x") }],
      fallback: reply("？"),
    });
    expect(buildCandidates(shop, VOICE, MONDAY_NOON)).toEqual([{ ruleId: ":fallback", action: reply("？") }]);
  });

  it("hands over by default", ({ expect }) => {
    expect(buildCandidates(DEFAULT_SETTINGS, said("你好"), MONDAY_NOON)).toEqual([
      { ruleId: ":fallback", action: { type: "handover" } },
    ]);
  });
});

describe("buildCandidates for events", () => {
  it("greets on entering", ({ expect }) => {
    const shop = settings({ greeting: { messages: [{ type: "text", content: "您好" }], onceMinutes: 30 } });
    expect(buildCandidates(shop, entered(), MONDAY_NOON)).toEqual([
      { ruleId: ":greeting", action: reply("您好"), purpose: "greeting", onceMs: 1_800_000 },
    ]);
  });

  it("has no candidate for entering without a greeting, or for any other event", ({ expect }) => {
    expect(buildCandidates(DEFAULT_SETTINGS, entered(), MONDAY_NOON)).toEqual([]);
    const event: InboundEvent = { ...HEAD, event: "account-event", type: "other", name: "new", raw: "{}" };
    expect(buildCandidates(DEFAULT_SETTINGS, event, MONDAY_NOON)).toEqual([]);
    expect(
      buildCandidates(
        DEFAULT_SETTINGS,
        { ...HEAD, event: "control", type: "ended", name: "kf_close_session", agent: "" },
        MONDAY_NOON,
      ),
    ).toEqual([]);
  });
});

describe("variables", () => {
  const echo = settings({ fallback: reply("{{content}}|{{date}} {{time}}|{{openHours}}|{{openHoursEn}}") });

  it("are filled from the message, the clock and the hours", ({ expect }) => {
    expect(firstTexts(buildCandidates(echo, said("<a>你好"), MONDAY_NOON))).toEqual([
      "＜a>你好|2026-11-23 12:00|每天 00:00–24:00|Every day 00:00–24:00",
    ]);
  });

  it("name a message that has no text", ({ expect }) => {
    const content = (inbound: InboundEvent): string | undefined =>
      firstTexts(buildCandidates(echo, inbound, 0))[0]?.split("|")[0];
    expect([content(IMAGE), content(CARD), content(VOICE)]).toEqual(["[图片]", "红色 T恤", "[消息]"]);
    expect(content({ ...CARD, title: "" })).toBe("[小程序]");
    expect([content(PLACE), content({ ...PLACE, label: "" })]).toEqual(["人民广场", "[位置]"]);
  });

  it("fill a greeting from the contact button", ({ expect }) => {
    const shop = settings({ greeting: { messages: [{ type: "text", content: "来自 {{entryText}}" }] } });
    expect(firstTexts(buildCandidates(shop, entered("首页"), MONDAY_NOON))).toEqual(["来自 首页"]);
  });

  it("fill a greeting with the page's context, or with the text after |", ({ expect }) => {
    const content = "关于{{context.product.name|我们的商品}}（{{context.product.price|面议}}）";
    const shop = settings({ greeting: { messages: [{ type: "text", content }] } });
    const greets = (entryText: string) => firstTexts(buildCandidates(shop, entered(entryText), MONDAY_NOON));
    expect(greets('kefu1{"product":{"name":"<a>茶杯","price":128}}')).toEqual(["关于＜a>茶杯（128）"]);
    for (const other of ["", "page=cart", 'kefu1{"page":"p"}', 'kefu1{"product":"茶杯"}']) {
      expect(greets(other)).toEqual(["关于我们的商品（面议）"]);
    }
  });

  it("show people the label of a typed context, never its data", ({ expect }) => {
    const shop = settings({ greeting: { messages: [{ type: "text", content: "来自 {{entryText|首页}}" }] } });
    const greets = (entryText: string) => firstTexts(buildCandidates(shop, entered(entryText), MONDAY_NOON));
    expect(greets('青瓷茶杯 ¥128 kefu1{"page":"p"}')).toEqual(["来自 青瓷茶杯 ¥128"]);
    expect(greets('kefu1{"page":"p"}')).toEqual(["来自 首页"]);
  });

  it("name a user by the signed context only when it was verified", ({ expect }) => {
    const shop = settings({ greeting: { messages: [{ type: "text", content: "{{verified.user.name|您}}好" }] } });
    const token = `1.1790000000.${"A".repeat(43)}.{\\"user\\":{\\"name\\":\\"茶小姐\\"}}`;
    const inbound = entered(`kefu1"${token}"{"user":{"name":"骗子"}}`);
    const greets = (verdict?: "verified" | "bad_signature") =>
      firstTexts(buildCandidates(shop, inbound, MONDAY_NOON, verdict));
    expect(greets("verified")).toEqual(["茶小姐好"]);
    expect(greets("bad_signature")).toEqual(["您好"]);
    expect(greets()).toEqual(["您好"]);
  });

  it("leave out a text that becomes blank, and the answer when nothing is left", ({ expect }) => {
    const messages = [
      { type: "text", content: " {{entryText}} " },
      { type: "image", mediaId: "m" },
    ];
    const both = settings({ greeting: { messages } });
    expect(firstTexts(buildCandidates(both, entered(""), MONDAY_NOON))).toEqual(["image"]);
    const one = settings({ greeting: { messages: messages.slice(0, 1) } });
    expect(buildCandidates(one, entered(""), MONDAY_NOON)).toEqual([]);
  });
});

describe("examples/shop-settings.json", () => {
  const shop = sampleSettings();

  it("answers what shoppers ask, in Chinese and English", ({ expect }) => {
    const asked = {
      这个多少钱: "price",
      "What's the price?": "price",
      什么时候发货: "delivery",
      快递到哪了: "delivery",
      我要退货: "refund",
      "有 Coupon 吗": "coupon",
      优惠券怎么用: "coupon",
      店在哪里: "address",
      你们的营业时间: "hours",
      Thanks: "thanks",
      讲个笑话: ":fallback",
    };
    for (const [question, id] of Object.entries(asked)) {
      expect(buildCandidates(shop, said(question), MONDAY_NOON)[0]?.ruleId, question).toBe(id);
    }
  });

  it("hands a user who writes 人工 over to agents at any hour", ({ expect }) => {
    const chosen = [MONDAY_NOON, MONDAY_NIGHT].map((now) => buildCandidates(shop, said("转人工"), now)[0]?.action.type);
    expect([shop.humanService, ...chosen]).toEqual(["desk", "handover", "handover"]);
    expect(idsOf(buildCandidates(shop, said("讲个笑话"), MONDAY_NIGHT))).toEqual([":offHours", ":fallback"]);
  });

  it("greets with the name of the page's product, and without one", ({ expect }) => {
    const greets = (entryText: string) => firstTexts(buildCandidates(shop, entered(entryText), MONDAY_NOON))[0];
    expect(greets('kefu1{"page":"p","product":{"id":"42","name":"青瓷茶杯"}}')).toContain("为您解答青瓷茶杯的问题。");
    expect(greets("")).toContain("为您解答商品和订单的问题。");
  });

  it("greets at most once in half an hour", ({ expect }) => {
    expect(buildCandidates(shop, entered(), MONDAY_NOON)).toMatchObject([{ ruleId: ":greeting", onceMs: 1_800_000 }]);
  });

  it("promises no answer by a person", ({ expect }) => {
    const promise = /(人工|客服|专员|我们)(人员)?(将|会|马上|稍后|尽快)|(稍后|尽快|马上).{0,6}(回复|联系|处理)/;
    expect("客服会尽快回复您").toMatch(promise);
    expect(JSON.stringify(shop)).not.toMatch(promise);
  });
});

function sampleSettings(): Settings {
  const json = readFileSync(new URL("../../../examples/shop-settings.json", import.meta.url), "utf8");
  return settings(JSON.parse(json).defaults);
}
