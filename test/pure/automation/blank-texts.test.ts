/**
 * A text without visible characters is rejected, left out or replaced in every place where a text can be set: WeChat
 * would reject it.
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { decodeSessionFrom, encodeSessionFrom } from "../../../shared/entry/session-from.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { parseOutbound } from "../../../shared/message/outbound.ts";
import { splitMessage } from "../../../shared/message/parts.ts";
import { splitText } from "../../../shared/text/split.ts";
import { buildCandidates } from "../../../worker/automation/core/rules.ts";
import { parseWebhookAnswer } from "../../../worker/automation/core/webhook-answer.ts";
import { must, T0 } from "../../support/conversation.ts";
import { RULES } from "../../support/rules.ts";
import { parseSettings } from "../../support/settings.ts";
import { blank, canBeSeen, INVISIBLE } from "../shared/invisible.ts";

const seen = fc.constantFrom("价", "A", "。", "👍🏽", "e\u0301", '<a href="x">去</a>', "❤\ufe0f", "\ud800");
/** Hostile texts: visible characters, and runs of invisible ones, some longer than a message. */
const hostile = fc
  .array(
    fc.oneof(
      seen,
      blank,
      fc
        .tuple(fc.constantFrom(...INVISIBLE), fc.integer({ min: 1, max: 120 }))
        .map(([one, times]) => one.repeat(times)),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(""));
const APPID = "wx0123456789abcdef";
const text = (content: string) => ({ type: "text", content });
const reply = (content: string) => ({ type: "reply", messages: [text(content)] });
const head = { createdAt: T0 };

describe("a long text", () => {
  it("whose blank space is longer than a message has no blank part", ({ expect }) => {
    const content = `A${" ".repeat(5_000)}B`;
    const parts = must(splitMessage({ type: "text", content }, RULES));
    expect(parts.map((part) => part.type === "text" && part.content.trim())).toEqual(["A", "B"]);
  });

  it("needs no message for its blank space, however long that is", ({ expect }) => {
    const content = `A${" ".repeat(30_000)}B`;
    const split = splitText(content, 2048, "bytes", 5);
    expect(split.ok ? split.value.map((part) => part.trim()) : split.error).toEqual(["A", "B"]);
  });

  it("has no part without visible characters, and loses no visible character", ({ expect }) => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 20, max: 60 }), (content, limit) => {
        const split = splitText(content, limit, "bytes", 10_000);
        if (!split.ok || content.length * 3 <= limit) return;
        if (canBeSeen(content)) for (const part of split.value) expect(canBeSeen(part)).toBe(true);
        let at = 0;
        for (const part of split.value) {
          const found = content.indexOf(part, at);
          expect(canBeSeen(content.slice(at, found))).toBe(false);
          at = found + part.length;
        }
        expect(canBeSeen(content.slice(at))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a text without visible characters", () => {
  it("is refused as a message, whatever it consists of", ({ expect }) => {
    for (const character of INVISIBLE) {
      const parsed = parseOutbound(text(character), RULES, APPID);
      expect(parsed.ok ? `taken: U+${character.codePointAt(0)?.toString(16)}` : parsed.error.message).toBe(
        "must not be blank",
      );
    }
    fc.assert(fc.property(blank, (content) => !parseOutbound(text(content), RULES, APPID).ok));
  });

  it("is refused as a webhook's answer", ({ expect }) => {
    fc.assert(
      fc.property(blank, (content) => {
        const answer = parseWebhookAnswer(JSON.stringify({ messages: [text(content)] }), RULES, APPID);
        expect(answer).toMatchObject({ ok: false, error: { reason: "bad_message" } });
      }),
    );
  });

  it("is refused in settings, as an answer and as a keyword", ({ expect }) => {
    fc.assert(
      fc.property(blank, (content) => {
        expect(parseSettings({ fallback: reply(content) })).toMatchObject({
          error: [{ path: "fallback.messages.0.content", problem: "must not be blank" }],
        });
        const word = Array.from(content).slice(0, 40).join("");
        for (const [type, words, problem] of [
          ["any", [word], "is blank"],
          ["wildcard", [`*${word}*`], "consists of * only"],
        ] as const) {
          const rules = [{ id: "r", match: { type, words }, action: { type: "silent" } }];
          const found = { path: "rules.0.match.words.0", problem };
          expect(parseSettings({ rules, fallback: { type: "silent" } })).toMatchObject({ error: [found] });
        }
      }),
    );
  });

  it("is not sent as an answer when a text becomes blank by its variables", ({ expect }) => {
    const settings = parseSettings({ fallback: reply("\u200b{{content}}\ufe0f") });
    const fallback = parseSettings({ fallback: reply("{{content|您好}}") });
    fc.assert(
      fc.property(blank, (content) => {
        const inbound: InboundEvent = { ...head, event: "message", type: "text", name: "text", id: "1", content };
        expect(settings.ok && buildCandidates(settings.value, inbound, T0)).toEqual([]);
        expect(fallback.ok && buildCandidates(fallback.value, inbound, T0)).toMatchObject([{ action: reply("您好") }]);
      }),
    );
  });

  it("is not used as the label of a page's context", ({ expect }) => {
    fc.assert(
      fc.property(blank, (label) => {
        const written = encodeSessionFrom({ page: "p" }, { label });
        expect(written.ok && decodeSessionFrom(written.value)).toEqual({
          kind: "context",
          label: "",
          context: { page: "p" },
        });
      }),
    );
  });
});

/** Texts that consist of links only: the visible text is between the tags, and there is none. */
const EMPTY_LINKS = [
  '<a href="https://x.cn"></a>',
  "<A HREF='https://x.cn'>\u200b</A >",
  '<a href="https://x.cn/?a>b"> </a>\n<a\thref="y"></a>',
  `<a href="https://x.cn" data-miniprogram-appid="${APPID}" data-miniprogram-path="pages/a"></a>\u3000`,
  '<\u0001a href="https://x.cn"></\u0002a>',
  "<a></a>",
];

describe("a link without visible words", () => {
  it("is refused as a message, as a webhook's answer and in settings", ({ expect }) => {
    for (const content of EMPTY_LINKS) {
      expect(parseOutbound(text(content), RULES, APPID), content).toMatchObject({
        error: { field: "content", message: "must not be blank" },
      });
      const answer = parseWebhookAnswer(JSON.stringify({ messages: [text(content)] }), RULES, APPID);
      expect(answer).toMatchObject({ error: { reason: "bad_message", problem: "must not be blank" } });
      const found = { path: "fallback.messages.0.content", problem: "must not be blank" };
      expect(parseSettings({ fallback: reply(content) })).toMatchObject({ error: [found] });
    }
  });

  it("is not sent as an answer or as a part of a long text", ({ expect }) => {
    const settings = parseSettings({ fallback: reply('<a href="https://x.cn">{{content}}</a>') });
    const inbound: InboundEvent = { ...head, event: "message", type: "text", name: "text", id: "1", content: "\u200b" };
    expect(settings.ok && buildCandidates(settings.value, inbound, T0)).toEqual([]);
    for (const content of EMPTY_LINKS) expect(splitMessage({ type: "text", content }, RULES)).toBeUndefined();
    const link = `<a href="https://x.cn/${"p".repeat(1_500)}"></a>`;
    const split = splitText(`${"x".repeat(2_000)}${link}`, 2048, "bytes", 5);
    expect(split).toEqual({ ok: true, value: ["x".repeat(2_000)] });
  });

  it("is accepted with words beside it, and with tags that are not a link", ({ expect }) => {
    for (const content of [
      '看<a href="https://x.cn"></a>',
      '<a href="https://x.cn">去</a>',
      '<a href="https://x.cn">',
      '<a href="https://x.cn',
      "</a>",
      "<a</a>",
      "a < b",
      "<abbr></abbr>",
    ]) {
      expect(parseOutbound(text(content), RULES, APPID), content).toMatchObject({ ok: true });
    }
  });

  it("is checked in linear time, for any number of opened tags", ({ expect }) => {
    const started = performance.now();
    for (const piece of ["<a ", '<a "', "<a '", "<a>", "</a ", "<a x='\"", "<"]) {
      parseOutbound(text(piece.repeat(Math.floor(10_000 / piece.length))), RULES, APPID);
    }
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
