/** For any user input, no link in an automatic message originates from the user's text (WECHAT.md §4.2). */
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseText } from "../../../console/ui/links.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { withoutRepeatedLinks } from "../../../worker/automation/core/repeated-links.ts";
import { buildCandidates } from "../../../worker/automation/core/rules.ts";
import { parseSettings } from "../../support/settings.ts";

const NOW = 1_760_000_000_000;
const HEAD = { createdAt: NOW };
const APPID = "wx0123456789abcdef";
const OURS = `<a href="https://shop.cn" data-miniprogram-appid="${APPID}" data-miniprogram-path="pages/a">看</a>`;

const words = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "<a ",
        "<",
        "</a>",
        ">",
        '"',
        "'",
        "{{content}}",
        '<a href="https://evil.cn">x</a>',
        OURS.replace("pages/a", "pages/b"),
        'data-miniprogram-appid="wx1"',
        "|<a>",
      ),
      fc.string({ maxLength: 4 }),
    ),
  )
  .map((pieces) => pieces.join(""));

/** The links of a text that are not bare addresses, as a phone shows them. */
function anchorsOf(text: string): readonly string[] {
  return parseText(text).flatMap((part) => {
    if (part.kind === "miniprogram") return [`${part.appid} ${part.path}`];
    return part.kind === "link" && part.text !== part.url ? [part.url] : [];
  });
}

function settingsWith(content: string) {
  const reply = { type: "reply", messages: [{ type: "text", content }] };
  const greeting = { messages: [{ type: "text", content: content.replaceAll("content", "entryText") }] };
  const parsed = parseSettings({ fallback: reply, greeting });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value;
}

const textsOf = (inbound: InboundEvent, content: string): readonly string[] =>
  buildCandidates(settingsWith(content), inbound, NOW).flatMap(({ action }) =>
    action.type === "reply" ? action.messages.map((message) => (message.type === "text" ? message.content : "")) : [],
  );

describe("a text of the settings", () => {
  it("has only the team's links after its variables are filled with a user's words", ({ expect }) => {
    const template = `您说“{{content}}”{{content}}。${OURS}{{content}} <a href="https://shop.cn/b">{{content}}</a>`;
    fc.assert(
      fc.property(words, (content) => {
        const sent = [
          ...textsOf({ event: "message", type: "text", name: "text", id: "1", content, ...HEAD }, template),
          ...textsOf(
            { event: "action", type: "enter", name: "user_enter_tempsession", entryText: content, ...HEAD },
            template,
          ),
        ];
        expect(sent).toHaveLength(2);
        for (const text of sent) {
          const links = anchorsOf(text);
          expect(links.length).toBeLessThanOrEqual(2);
          for (const link of links) expect([`${APPID} pages/a`, "https://shop.cn/b"]).toContain(link);
          expect(text.split("<").length).toBe(5);
        }
      }),
    );
  });

  it("has no link from a context set by the page", ({ expect }) => {
    const template = "关于{{context.product.name}}";
    const parsed = parseSettings({
      fallback: { type: "silent" },
      greeting: { messages: [{ type: "text", content: template }] },
    });
    if (!parsed.ok) throw new Error("the settings are not valid");
    fc.assert(
      fc.property(words, (name) => {
        const entryText = `商品 kefu1${JSON.stringify({ page: "p", product: { id: "1", name: `${name}。` } })}`;
        const inbound = { event: "action", type: "enter", name: "user_enter_tempsession", entryText, ...HEAD } as const;
        const [candidate] = buildCandidates(parsed.value, inbound, NOW);
        expect(JSON.stringify(candidate)).not.toContain("<");
      }),
    );
  });
});

describe("withoutRepeatedLinks", () => {
  const answer = (content: string) => ({ type: "text", content });

  it("converts links from a card's title or an unknown message to text", ({ expect }) => {
    const evil = '<a href="https://evil.cn">x</a>';
    const shown = answer(`您发来 ＜a href="https://evil.cn">x</a>`);
    const card = {
      event: "message",
      type: "card",
      name: "miniprogrampage",
      id: "1",
      title: evil,
      appId: APPID,
      pagePath: "p",
    } as const;
    const pushes: InboundEvent[] = [
      { ...card, thumbUrl: "", thumbMediaId: "", ...HEAD },
      {
        event: "message",
        type: "unknown",
        name: "location",
        id: "1",
        raw: JSON.stringify({ Label: ["x", { Name: evil }] }),
        ...HEAD,
      },
    ];
    for (const push of pushes) expect(withoutRepeatedLinks(answer(`您发来 ${evil}`), push)).toEqual(shown);
  });

  it("does not change anything except texts with the user's links", ({ expect }) => {
    const push: InboundEvent = {
      event: "message",
      type: "text",
      name: "text",
      id: "1",
      content: "<a href=x>y</a>",
      ...HEAD,
    };
    for (const other of [null, 1, "<a href=x>", { content: 1 }, { type: "image", mediaId: "<a href=x>" }]) {
      expect(withoutRepeatedLinks(other, push)).toBe(other);
    }
    expect(withoutRepeatedLinks(answer(OURS), push)).toEqual(answer(OURS));
  });
});
