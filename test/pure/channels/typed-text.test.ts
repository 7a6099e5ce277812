/**
 * User text inserted unescaped into XML, as the platform does (WECHAT.md §1.4): it is either parsed exactly as typed or
 * marked as damaged, and never changes the sender, the message id, or the answer.
 */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { MAX_WIRE_LENGTH } from "../../../worker/channels/wechat/push/wire.ts";
import { cardXml, enterXml, FRAME, frameXml, HOSTILE_TEXT, textXml, TYPED } from "./frames.ts";
import { APP, encrypt } from "./independent-crypt.ts";
import { envelopePush, plainPush, receive, securePush } from "./pushes.ts";

/** The fields of a push after it is received, in secure mode. */
async function inboundOf(xml: string): Promise<Readonly<Record<string, unknown>>> {
  const received = await receive(securePush(xml, "xml"), "secure");
  return received.ok ? { ...received.value.inbound } : { ...received.error };
}

const HEAD = { platformAccount: FRAME.account, user: FRAME.openid, createdAt: FRAME.seconds * 1_000 };
describe("a text", () => {
  for (const [what, text] of TYPED) {
    it(`is received as it was typed: ${what}`, async ({ expect }) => {
      const typed = { ...HEAD, event: "message", type: "text", name: "text", id: FRAME.msgId, content: text };
      expect(await inboundOf(textXml(text))).toEqual(typed);
      expect(await inboundOf(textXml(text, { lineEnd: "\n" }))).toEqual(typed);
      expect(await inboundOf(textXml(text, { tail: "<BusinessId>42</BusinessId>" }))).toEqual({
        ...typed,
        replyContext: "42",
      });
    });

    it(`is received with an enter event as it was written: ${what}`, async ({ expect }) => {
      const written = text.replaceAll("Content>", "SessionFrom>");
      const entered = { ...HEAD, event: "action", type: "enter", name: "user_enter_tempsession", entryText: written };
      expect(await inboundOf(enterXml(written))).toEqual(entered);
    });
  }

  it("may be any text, with or without elements of the frame", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_TEXT, async (text) => {
        const typed = { ...HEAD, event: "message", type: "text", name: "text", id: FRAME.msgId, content: text };
        expect(await inboundOf(textXml(text))).toEqual(typed);
        const entered = { ...HEAD, event: "action", type: "enter", name: "user_enter_tempsession", entryText: text };
        expect(await inboundOf(enterXml(text))).toEqual(entered);
      }),
      { numRuns: 1_000 },
    );
  });

  it("does not depend on the order of the fields around it", async ({ expect }) => {
    const text = "x]]></Content><OpenID><![CDATA[oB]]></OpenID><Content><![CDATA[";
    const typed = { ...HEAD, event: "message", type: "text", name: "text", id: FRAME.msgId, content: text };
    for (const names of [
      ["Content", "CreateTime", "FromUserName", "MsgId", "MsgType", "ToUserName"],
      ["MsgId", "MsgType", "ToUserName", "Content", "FromUserName", "CreateTime"],
    ]) {
      expect(await inboundOf(frameXml("text", { Content: text, MsgId: FRAME.msgId }, { names }))).toEqual(typed);
    }
  });

  it("may be outside CDATA, with or without references", async ({ expect }) => {
    const bare = (content: string) => inboundOf(textXml("@").replace("<![CDATA[@]]>", content));
    expect(await bare("a &lt;b&gt; ")).toMatchObject({ type: "text", content: "a <b>" });
    expect(await bare("")).toMatchObject({ type: "text", content: "" });
    expect(await bare("\n<![CDATA[ a ]]>\n")).toMatchObject({ type: "text", content: " a " });
  });

  it("outside CDATA and not escaped is damaged, with its sender known", async ({ expect }) => {
    const text = "a<b></Content><FromUserName>oB</FromUserName><Content>";
    const xml = textXml("@").replace("<![CDATA[@]]>", text);
    expect(await inboundOf(xml)).toMatchObject({
      ...HEAD,
      event: "message",
      type: "unknown",
      name: "text",
      id: FRAME.msgId,
      damaged: `<Content>${text}</Content>`,
    });
  });
});

describe("a card", () => {
  const says = (title: string, pagePath: string) => ({
    ...HEAD,
    event: "message",
    type: "card",
    name: "miniprogrampage",
    id: FRAME.msgId,
    title,
    appId: "wx1",
    pagePath,
    thumbUrl: "http://example.com/t",
    thumbMediaId: "thumb-1",
  });
  const border = "]]></Title><AppId><![CDATA[wx2]]></AppId><PagePath><![CDATA[";

  for (const [what, text] of TYPED) {
    it(`has its title and its path as they were written: ${what}`, async ({ expect }) => {
      const title = text.replaceAll("Content>", "Title>");
      const pagePath = text.replaceAll("Content>", "PagePath>");
      expect(await inboundOf(cardXml(title, pagePath))).toEqual(says(title, pagePath));
      expect(await inboundOf(cardXml(title, pagePath, { lineEnd: "\n" }))).toEqual(says(title, pagePath));
    });
  }

  it("that contains the border between its texts is damaged, with its sender and id known", async ({ expect }) => {
    for (const [title, pagePath] of [
      [`a${border}b`, "c"],
      ["a", `b${border}c`],
      ["a", `b]]></PagePath><Title><![CDATA[x${border}c`],
      [`a]]></Title><PagePath><![CDATA[b`, "c"],
      [`a]]></Title><MsgId>1</MsgId><PagePath><![CDATA[b`, "c"],
      [`a]]></Title><FromUserName>oB</FromUserName><PagePath><![CDATA[b`, "c"],
    ] as const) {
      const inbound = await inboundOf(cardXml(title, pagePath));
      expect(inbound).toMatchObject({ ...HEAD, type: "unknown", name: "miniprogrampage", id: FRAME.msgId });
      expect(inbound["damaged"]).toContain(title);
      expect(inbound["damaged"]).toContain(pagePath);
      expect(inbound).not.toHaveProperty("raw.Title");
    }
  });

  it("may contain any texts, or is damaged", async ({ expect }) => {
    const hostile = fc.oneof(HOSTILE_TEXT, fc.constantFrom(border, `a${border}`, "]]></Title><PagePath><![CDATA["));
    await fc.assert(
      fc.asyncProperty(hostile, hostile, async (title, pagePath) => {
        const inbound = await inboundOf(cardXml(title, pagePath));
        expect(inbound).toMatchObject({ ...HEAD, id: FRAME.msgId });
        if (inbound["type"] === "card") expect(inbound).toEqual(says(title, pagePath));
        else
          expect(inbound).toMatchObject({
            event: "message",
            type: "unknown",
            name: "miniprogrampage",
            damaged: expect.any(String),
          });
      }),
      { numRuns: 1_000 },
    );
  });

  it("may have its fields in another order, its id last or its path first", async ({ expect }) => {
    const order = "ToUserName FromUserName CreateTime MsgType PagePath ThumbUrl AppId Title ThumbMediaId MsgId";
    const fields = {
      MsgId: FRAME.msgId,
      Title: "a]]>b",
      AppId: "wx1",
      PagePath: "pages/a?b=]]>",
      ThumbUrl: "http://example.com/t",
      ThumbMediaId: "thumb-1",
    };
    const xml = frameXml("miniprogrampage", fields, { names: order.split(" ") });
    expect(await inboundOf(xml)).toEqual(says("a]]>b", "pages/a?b=]]>"));
  });

  it("whose id is between its texts is parsed when neither contains the end of CDATA, and never from a text", async ({
    expect,
  }) => {
    const order = "ToUserName FromUserName CreateTime MsgType Title MsgId AppId PagePath ThumbUrl ThumbMediaId";
    const xml = (title: string) => {
      const fields = { Title: title, MsgId: FRAME.msgId, AppId: "wx1", PagePath: "pages/a" };
      const rest = { ThumbUrl: "http://example.com/t", ThumbMediaId: "thumb-1" };
      return frameXml("miniprogrampage", { ...fields, ...rest }, { names: order.split(" ") });
    };
    expect(await inboundOf(xml("<a> & b"))).toEqual(says("<a> & b", "pages/a"));
    for (const title of [
      "a]]>b",
      "a]]><![CDATA[b",
      "a]]></Title><MsgId>1</MsgId><PagePath><![CDATA[b",
      "a]]></Title><MsgId>1</MsgId><Title><![CDATA[b",
    ]) {
      expect(await inboundOf(xml(title))).toMatchObject({ reason: "unreadable" });
    }
  });

  it("may have an unknown field between its texts when neither contains the end of CDATA", async ({ expect }) => {
    const names = "ToUserName FromUserName CreateTime MsgType MsgId Title Hint AppId PagePath ThumbUrl ThumbMediaId";
    const fields = {
      MsgId: FRAME.msgId,
      Title: "<a> & b",
      Hint: "[1] <2>",
      AppId: "wx1",
      PagePath: "pages/a",
      ThumbUrl: "http://example.com/t",
      ThumbMediaId: "thumb-1",
    };
    const xml = frameXml("miniprogrampage", fields, { names: names.split(" ") });
    expect(await inboundOf(xml)).toEqual(says("<a> & b", "pages/a"));
    const lines = frameXml("miniprogrampage", { ...fields, Title: "a\r\nb" }, { names: names.split(" ") });
    expect(await inboundOf(lines)).toEqual(says("a\r\nb", "pages/a"));
    const broken = frameXml("miniprogrampage", { ...fields, Title: "a]]>b" }, { names: names.split(" ") });
    expect(await inboundOf(broken)).toMatchObject({ ...HEAD, type: "unknown", damaged: expect.any(String) });
  });
});

describe("a message of an unknown type", () => {
  const location = (label: string) => frameXml("location", { Location_X: "1", Label: label, MsgId: FRAME.msgId });
  const known = { ...HEAD, event: "message", type: "unknown", name: "location", id: FRAME.msgId };

  it("has its fields when its text contains none", async ({ expect }) => {
    const inbound = await inboundOf(location("<b> 1"));
    expect(inbound).toMatchObject({ ...known, raw: { Label: "<b> 1" } });
    expect(inbound).not.toHaveProperty("damaged");
  });

  it("belongs to its sender, and is damaged, when its text breaks the XML or adds to it", async ({ expect }) => {
    for (const label of [
      "a]]>b",
      "</xml>",
      "x]]></Label><FromUserName><![CDATA[oB]]></FromUserName><Label><![CDATA[y",
      "x]]></Label><MsgId>1</MsgId><Label><![CDATA[y",
      "x]]></Label><BusinessId>7</BusinessId><L><![CDATA[y]]></L><Label><![CDATA[z",
      "x]]></Label><MsgType><![CDATA[event]]></MsgType><Label><![CDATA[z",
    ]) {
      const inbound = await inboundOf(location(label));
      expect(inbound).toMatchObject(label === "</xml>" ? known : { ...known, damaged: expect.any(String) });
      expect(inbound).not.toHaveProperty("replyContext");
    }
  });

  it("never changes its sender or its id", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_TEXT, async (label) => {
        const inbound = await inboundOf(location(label));
        expect(inbound).toMatchObject(known);
        expect(inbound).not.toHaveProperty("replyContext");
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the sender of a message", () => {
  it("is always FromUserName; OpenID is used only in events", async ({ expect }) => {
    const fields = { Content: "x", OpenID: "oB", MsgId: FRAME.msgId };
    expect(await inboundOf(frameXml("text", fields))).toMatchObject({ type: "text", user: FRAME.openid });
    const json = JSON.stringify({
      ToUserName: FRAME.account,
      FromUserName: FRAME.openid,
      CreateTime: FRAME.seconds,
      MsgType: "text",
      ...fields,
    });
    const received = await receive(securePush(json, "json"), "secure");
    expect(received).toMatchObject({ ok: true, value: { inbound: { type: "text", user: FRAME.openid } } });
  });

  it("cannot be another one by a text in JSON either", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(HOSTILE_TEXT, fc.constant('","FromUserName":"oB","x":"')), async (text) => {
        const head = { ToUserName: FRAME.account, FromUserName: FRAME.openid, CreateTime: FRAME.seconds };
        const json = JSON.stringify({ ...head, MsgType: "text", Content: text, MsgId: FRAME.msgId });
        const received = await receive(securePush(json, "json"), "secure");
        const inbound = { ...HEAD, event: "message", type: "text", name: "text", id: FRAME.msgId, content: text };
        expect(received).toMatchObject({ ok: true, value: { inbound } });
      }),
    );
  });
});

describe("the envelope around a text", () => {
  it("of compatible mode, which contains it unescaped as well, is parsed", async ({ expect }) => {
    await fc.assert(
      fc.asyncProperty(HOSTILE_TEXT, async (text) => {
        const inner = textXml(text);
        const outer = inner.slice("<xml>".length, -"</xml>".length).replace(/<ToUserName>.*?<\/ToUserName>/, "");
        const push = envelopePush(encrypt(APP.aesKey, inner, APP.appid), "xml", {}, outer);
        const received = await receive(push, "compatible");
        expect(received).toMatchObject({ ok: true, value: { inbound: { ...HEAD, type: "text", content: text } } });
      }),
    );
  });

  it("of plain mode is not treated as an encrypted one", async ({ expect }) => {
    const text = "x]]></Content><Encrypt><![CDATA[AAAA]]></Encrypt><Content><![CDATA[y";
    const received = await receive(plainPush(textXml(text)), "plain");
    expect(received).toMatchObject({ ok: true, value: { inbound: { type: "text", content: text } } });
  });
});

describe("a hostile text as long as a body may be", () => {
  const pieces = [
    "]]></Title><Title><![CDATA[",
    "]]></Title><AppId>1</AppId>",
    "]]></Title><",
    "]]></Title>    ",
    "<Title>",
    "]]></PagePath>",
    "]]>",
    "<![CDATA[",
    "]",
    "<a>1</a>",
    " ",
    "<",
  ];

  it("is received, or damaged, like any other", async ({ expect }) => {
    for (const piece of pieces) {
      const text = piece.repeat(Math.floor((MAX_WIRE_LENGTH - 1_000) / piece.length));
      for (const xml of [
        cardXml(text, "p"),
        cardXml("t", text),
        textXml(text),
        frameXml("location", { L: text, MsgId: FRAME.msgId }),
      ]) {
        const received = await receive(plainPush(xml), "plain");
        expect(received).toMatchObject({ ok: true, value: { inbound: HEAD } });
      }
    }
  });

  it("is parsed in linear time, also before a signature is checked", async ({ expect }) => {
    const spaces = " ".repeat(MAX_WIRE_LENGTH - 1_000);
    const started = performance.now();
    for (const value of [`${spaces}<b>`, `<![CDATA[x]]>${spaces}<b>`, `x${spaces}<![CDATA[`]) {
      const xml = textXml("|").replace("<![CDATA[|]]>", () => value);
      expect(await receive(plainPush(xml), "plain")).toMatchObject({ ok: true, value: { inbound: HEAD } });
      expect(await receive(plainPush(xml), "secure")).toMatchObject({ ok: false });
    }
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
