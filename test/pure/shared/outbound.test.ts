/**
 * Which messages may be sent: the message model and the channel's limits, checked before any request (WECHAT.md
 * §4.1–4.3).
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { checkOutbound, parseOutbound } from "../../../shared/message/outbound.ts";
import { OTHER_RULES, RULES } from "../../support/rules.ts";

/** The mini program that sends. */
const APPID = "wx0123456789abcdef";
const GOOD = [
  { type: "text", content: "您好" },
  { type: "image", mediaId: "m1" },
  { type: "link", title: "订单", description: "", url: "https://example.com/a?b=1", thumbUrl: "" },
  { type: "link", title: "t", description: "d", url: "http://example.com", thumbUrl: "https://example.com/a.png" },
  { type: "card", title: "t", pagePath: "pages/order/index?id=1", thumbMediaId: "m2" },
];

function problemOf(input: unknown) {
  const parsed = parseOutbound(input, RULES, APPID);
  return parsed.ok ? undefined : parsed.error;
}

describe("parseOutbound", () => {
  it("accepts the four types that a mini program may send, unchanged", ({ expect }) => {
    for (const message of GOOD) expect(parseOutbound(message, RULES, APPID)).toEqual({ ok: true, value: message });
  });

  it("refuses the types only official accounts have", ({ expect }) => {
    for (const type of ["voice", "video", "music", "news", "msgmenu", "wxcard", "", "toString"]) {
      expect(problemOf({ type, content: "x", mediaId: "m" })).toMatchObject({ reason: "invalid_field", field: "type" });
    }
  });

  it("refuses a type that the account's channel does not send", ({ expect }) => {
    for (const message of GOOD) {
      const parsed = parseOutbound(message, OTHER_RULES, APPID);
      if (message.type === "text" || message.type === "image") expect(parsed.ok, message.type).toBe(true);
      else
        expect(parsed).toEqual({
          ok: false,
          error: {
            reason: "invalid_field",
            field: "type",
            message: "must be a type this account sends: text, image",
          },
        });
      expect(parseOutbound(message, { ...RULES, sends: [] }, APPID)).toMatchObject({
        error: { field: "type", message: "must be a type this account sends: none" },
      });
    }
  });

  it("refuses a link to another mini program only where the channel does", ({ expect }) => {
    const content = '<a href="https://x.cn" data-miniprogram-appid="wx1" data-miniprogram-path="pages/a">看</a>';
    const rules = { ...OTHER_RULES, text: RULES.text };
    expect(parseOutbound({ type: "text", content }, rules, APPID).ok).toBe(true);
    expect(parseOutbound({ type: "text", content }, { ...rules, textLinks: "own" }, APPID)).toMatchObject({
      error: { reason: "invalid_field", field: "content" },
    });
  });

  it("names a field that is missing, blank, of another kind or unknown", ({ expect }) => {
    for (const message of GOOD) {
      for (const field of Object.keys(message)) {
        const { [field as "type"]: _, ...rest } = message;
        expect(problemOf(rest), `${message.type} without ${field}`).toMatchObject({ field, message: "is missing" });
        expect(problemOf({ ...message, [field]: 7 }), `${message.type}.${field} = 7`).toMatchObject({ field });
      }
      expect(problemOf({ ...message, extra: 1 })).toMatchObject({ reason: "invalid_field", field: "extra" });
    }
    expect(problemOf({ type: "text", content: "" })).toMatchObject({ field: "content", message: "must not be empty" });
    for (const content of ["   \n", "\u0001", "\u3000\t\u0007"]) {
      expect(problemOf({ type: "text", content })).toMatchObject({ field: "content", message: "must not be blank" });
    }
    expect(problemOf({ type: "image", mediaId: "m".repeat(513) })).toMatchObject({ field: "mediaId" });
    expect(problemOf("text")).toMatchObject({ field: "(body)" });
  });

  it("refuses each required field that is blank", ({ expect }) => {
    const may = ["description", "thumbUrl"];
    for (const message of GOOD) {
      for (const field of Object.keys(message).filter((name) => name !== "type" && !may.includes(name))) {
        for (const blank of ["", " ", "\u200b", "\u3000\ufe0f\n", "\u2800"]) {
          const name = `${message.type}.${field} = ${JSON.stringify(blank)}`;
          expect(problemOf({ ...message, [field]: blank }), name).toMatchObject({ reason: "invalid_field", field });
        }
      }
      for (const field of may.filter((name) => name in message)) {
        expect(problemOf({ ...message, [field]: "" })).toBeUndefined();
      }
    }
    const link = { type: "link", title: "\u200b", description: "", url: "https://x.cn", thumbUrl: "" };
    expect(problemOf(link)).toMatchObject({ field: "title", message: "must not be blank" });
    expect(problemOf({ type: "image", mediaId: " " })).toMatchObject({
      field: "mediaId",
      message: "must not be blank",
    });
  });

  it("accepts only http and https addresses", ({ expect }) => {
    const link = { type: "link", title: "t", description: "", url: "https://example.com", thumbUrl: "" };
    for (const url of [
      "javascript:alert(1)",
      "ftp://x",
      "//x",
      "https://",
      "https://a b",
      "https://\u200b",
      "example.com",
    ]) {
      expect(problemOf({ ...link, url })).toMatchObject({ field: "url" });
      expect(problemOf({ ...link, thumbUrl: url })).toMatchObject({ field: "thumbUrl" });
    }
  });

  it("accepts a card's page as in app.json, with a query, and so in links of a text", ({ expect }) => {
    const card = (pagePath: string) => ({ type: "card", title: "t", pagePath, thumbMediaId: "m" });
    for (const path of [
      "pages/a",
      "pages/a?b=1&c=%E5%8D%95",
      "/pages/a",
      "pages/a.html?b=订单",
      "packageA/pages/my-page",
    ]) {
      expect(problemOf(card(path)), path).toBeUndefined();
    }
    const no = [
      "https://example.com/",
      "//pages/a",
      "../pages/a",
      "pages//a",
      "pages/a/",
      "?id=1",
      "订单",
      " pages/a",
      "#a",
    ];
    for (const path of [...no, `pages/${"a".repeat(5_000)}`]) {
      expect(problemOf(card(path)), path).toEqual({
        reason: "invalid_field",
        field: "pagePath",
        message: "must be a page path of app.json, optionally with a query, such as pages/order/index?id=1",
      });
    }
  });

  it("returns limit, actual size and unit of a text that is too long for all its parts", ({ expect }) => {
    expect(problemOf({ type: "text", content: "x".repeat(2_048 * 5) })).toBeUndefined();
    expect(problemOf({ type: "text", content: "x".repeat(2_048 * 5 + 1) })).toMatchObject({ actual: 10_241 });
    expect(problemOf({ type: "text", content: `${"x".repeat(2_048 * 5)}字` })).toEqual({
      reason: "too_long",
      field: "content",
      message: "must have at most 10240 bytes (5 messages of 2048), has 10243",
      limit: 10_240,
      actual: 10_243,
      unit: "bytes",
    });
  });

  it("counts in the unit of the channel", ({ expect }) => {
    const rules = { ...RULES, text: { limit: 2, unit: "characters", maxParts: 2 } } as const;
    expect(checkOutbound({ type: "text", content: "一二三四" }, rules).ok).toBe(true);
    expect(checkOutbound({ type: "text", content: "一二三四五" }, rules)).toMatchObject({
      error: { actual: 5, unit: "characters" },
    });
    expect(checkOutbound({ type: "image", mediaId: "一二三四五" }, rules).ok).toBe(true);
  });

  it("never throws and never repeats its input", ({ expect }) => {
    const secret = "S3CRET".repeat(3);
    fc.assert(
      fc.property(fc.anything(), (input) => {
        expect(parseOutbound(input, RULES, APPID).ok).toBe(false);
        expect(JSON.stringify(problemOf({ type: secret, content: input }))).not.toContain(secret);
      }),
    );
    expect(
      JSON.stringify(problemOf({ type: "link", title: secret, description: secret, url: secret, thumbUrl: secret })),
    ).not.toContain(secret);
  });
});
