/**
 * The messages of answers and greetings: a message that could never be sent is rejected when the settings are checked.
 */
import { describe, it } from "vitest";
import { parseStoredDocument } from "../../../shared/api/settings/document.ts";
import { parseSettings } from "../../support/settings.ts";

const text = (content: string) => ({ type: "text", content });

/** The problems of otherwise correct settings, as `path: problem`. */
function tell(over: Record<string, unknown>): string[] {
  const parsed = parseSettings({ fallback: { type: "handover" }, ...over });
  return parsed.ok ? [] : parsed.error.map(({ path, problem }) => `${path}: ${problem}`);
}

function fallback(...messages: unknown[]): string[] {
  return tell({ fallback: { type: "reply", messages } });
}

describe("the messages of an answer", () => {
  it("may be up to five, of the types a mini program can send", ({ expect }) => {
    expect(
      fallback(
        text("一"),
        { type: "image", mediaId: "m" },
        { type: "link", title: "t", description: "", url: "https://x.cn", thumbUrl: "" },
        { type: "card", title: "t", pagePath: "pages/a?b=1", thumbMediaId: "m" },
        text("五"),
      ),
    ).toEqual([]);
    expect(fallback(...Array.from({ length: 6 }, () => text("x")))[0]).toBe(
      "fallback.messages: has more than 5 messages",
    );
    expect(fallback({ type: "video", mediaId: "m" })).toEqual([
      'fallback.messages.0.type: must be "text" or "image" or "link" or "card"',
    ]);
  });

  it("may be cards that open a page of the mini program; cards stored earlier are still parsed", ({ expect }) => {
    const card = { type: "card", title: "t", pagePath: "https://x.cn", thumbMediaId: "m" };
    expect(fallback(card)).toEqual([expect.stringContaining("fallback.messages.0.pagePath: must be a page")]);
    expect(parseStoredDocument({ defaults: { fallback: { type: "reply", messages: [card] } } })).toMatchObject({
      defaults: { fallback: { messages: [card] } },
    });
  });

  it("may not have a blank title; titles stored earlier are still parsed", ({ expect }) => {
    const link = { type: "link", title: "\u200b", description: "", url: "https://x.cn", thumbUrl: "" };
    const messages = [link, { type: "image", mediaId: " " }, text('<a href="https://x.cn"></a>')];
    expect(fallback(...messages)).toEqual([
      "fallback.messages.0.title: must not be blank",
      "fallback.messages.1.mediaId: must not be blank",
      "fallback.messages.2.content: must not be blank",
    ]);
    expect(parseSettings({ fallback: { type: "reply", messages } })).toMatchObject({
      error: messages.map(() => ({ cure: "fill it in, or omit the whole message" })),
    });
    expect(parseStoredDocument({ defaults: { fallback: { type: "reply", messages } } })).toMatchObject({
      defaults: { fallback: { messages } },
    });
  });

  it("may not be more than WeChat allows for one message of the user, with long texts counted by their parts", ({
    expect,
  }) => {
    const long = text("字".repeat(1_200)); // 3 600 bytes, two parts
    expect(fallback(long, long, text("x"))).toEqual([]);
    expect(fallback(long, long, long)).toEqual([
      "fallback.messages: may become more than 5 messages when long texts are split",
    ]);
  });

  it("may be at most two on entering", ({ expect }) => {
    expect(tell({ greeting: { messages: [text("您好"), text("{{entryText}}")], onceMinutes: 30 } })).toEqual([]);
    expect(tell({ greeting: { messages: [text("1"), text("2"), text("3")] } })).toEqual([
      "greeting.messages: may become more than 2 messages when long texts are split",
    ]);
  });

  it("count their variables at the maximum length", ({ expect }) => {
    const nearlyFull = text(`${"x".repeat(2_000)}{{content}}`);
    expect(tell({ greeting: { messages: [text("x".repeat(2_048)), text("您好")] } })).toEqual([]);
    expect(fallback(nearlyFull, nearlyFull)).toEqual([]);
    expect(fallback(nearlyFull, nearlyFull, nearlyFull)).toHaveLength(1);
  });

  it("keep the channel's limits, even for a text that cannot be split by a small margin", ({ expect }) => {
    expect(fallback(text("x".repeat(10_241)))[0]).toContain("must have at most 10240 bytes");
    // 3-byte characters fill 2 046 of 2 048 bytes, so five parts hold a little less than 10 240.
    expect(fallback(text("字".repeat(3_411)))).toEqual([
      "fallback.messages.0.content: may need 6 messages with its variables filled, more than 5",
    ]);
    expect(fallback(text("字".repeat(3_410)))).toEqual([]);
    expect(fallback(text(`${"x".repeat(10_000)}{{content}}`))[0]).toContain("may need 6 messages");
    expect(fallback(text(`<a href="x">${"字".repeat(700)}</a>`))).toEqual([
      "fallback.messages.0.content: has a link <a …>…</a> of 2116 bytes, more than the limit of one message (2048)",
    ]);
  });

  it("have variables in texts only, and only known ones", ({ expect }) => {
    expect(fallback({ type: "image", mediaId: "{{content}}" })).toEqual([
      "fallback.messages.0.mediaId: contains a variable, which only texts may have",
    ]);
    expect(fallback(text("{{a}} {{entryText}}"))).toEqual([
      "fallback.messages.0.content: {{a}} is not a variable",
      "fallback.messages.0.content: {{entryText}} is not available in a message",
    ]);
  });
});
