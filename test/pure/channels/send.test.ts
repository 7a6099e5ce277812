import fc from "fast-check";
import { describe, it } from "vitest";
import type { Outbound } from "../../../shared/message/outbound.ts";
import { buildSendBody } from "../../../worker/channels/mini-program/deliver.ts";
import { OPENID } from "./scripted.ts";

const text = (content: string): Outbound => ({ type: "text", content });
const body = (message: Outbound, { isAi = false, ...rest }: { isAi?: boolean; replyContext?: string } = {}): unknown =>
  JSON.parse(buildSendBody({ user: OPENID, ...rest }, message, { isAi }));

describe("buildSendBody", () => {
  it("writes a text exactly as in WECHAT.md §4.1", ({ expect }) => {
    expect(body(text("你好"))).toEqual({ touser: OPENID, msgtype: "text", text: { content: "你好" } });
  });

  it("writes an image", ({ expect }) => {
    expect(body({ type: "image", mediaId: "m1" })).toEqual({
      touser: OPENID,
      msgtype: "image",
      image: { media_id: "m1" },
    });
  });

  it("writes a link with thumb_url", ({ expect }) => {
    const link: Outbound = { type: "link", title: "t", description: "d", url: "https://a/b", thumbUrl: "https://a/c" };
    expect(body(link)).toEqual({
      touser: OPENID,
      msgtype: "link",
      link: { title: "t", description: "d", url: "https://a/b", thumb_url: "https://a/c" },
    });
  });

  it("writes a mini-program card with pagepath and without appid", ({ expect }) => {
    expect(body({ type: "card", title: "t", pagePath: "pages/a?b=1", thumbMediaId: "m" })).toEqual({
      touser: OPENID,
      msgtype: "miniprogrampage",
      miniprogrampage: { title: "t", pagepath: "pages/a?b=1", thumb_media_id: "m" },
    });
  });

  it("marks AI content only when it is", ({ expect }) => {
    expect(body(text("a"), { isAi: true })).toHaveProperty("aimsgcontext", { is_ai_msg: 1 });
    expect(body(text("a"))).not.toHaveProperty("aimsgcontext");
  });

  it("names the sub-merchant only when there is one", ({ expect }) => {
    expect(body(text("a"), { replyContext: "7" })).toHaveProperty("businessid", "7");
    expect(body(text("a"))).not.toHaveProperty("businessid");
  });

  it("sends Chinese, emoji and line breaks unescaped", ({ expect }) => {
    const raw = buildSendBody({ user: OPENID }, text("发货了 😀\n第二行"), { isAi: false });
    expect(raw).toContain('"发货了 😀\\n第二行"');
  });

  it("replaces lone surrogates and drops control characters, which JSON could only escape", ({ expect }) => {
    expect(body(text("a\ud800b\u0000c\u001bd\te"))).toHaveProperty("text.content", "a\ufffdbcd\te");
  });

  it("never contains a unicode escape, whatever the text (40033)", ({ expect }) => {
    const anyText = fc.string({ unit: "binary", minLength: 1 });
    fc.assert(
      fc.property(anyText, fc.boolean(), (content, isAi) => {
        const raw = buildSendBody({ user: OPENID }, text(content), { isAi });
        // A literal backslash is written as two; take those pairs away before looking for an escape.
        expect(raw.replaceAll("\\\\", "")).not.toMatch(/\\u[0-9a-fA-F]{4}/);
      }),
    );
  });

  it("keeps every well-formed text without control characters unchanged", ({ expect }) => {
    const plain = fc.string({ unit: "grapheme", minLength: 1 });
    fc.assert(
      fc.property(plain, (content) => {
        expect(body(text(content))).toHaveProperty("text.content", content);
      }),
    );
  });
});
