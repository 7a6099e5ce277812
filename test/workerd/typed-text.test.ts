/**
 * Users' texts, from WeChat's unescaped XML to the log and the answers: they stay unchanged, and each belongs to the
 * user who sent it.
 */
import { describe, it } from "vitest";
import { cardXml, FRAME, textXml } from "../pure/channels/frames.ts";
import { APPID, kindsOf, readTexts, remote } from "../support/workerd.ts";
import { call, putSettings } from "./api-client.ts";
import { wechat } from "./each-test.ts";
import { usePushes } from "./push-bench.ts";

usePushes();

/** Pushes this body with the user, the app and the current time in its head. @returns how the worker answered */
async function pushXml(openid: string, xml: string): Promise<string | undefined> {
  const now = String(Math.floor(Date.now() / 1_000));
  const { account = "" } = (await wechat.state()).apps.find(({ appid }) => appid === APPID) ?? {};
  const plaintext = xml.replace(FRAME.openid, openid).replace(FRAME.account, account).replace(`${FRAME.seconds}`, now);
  const push = await wechat.text(openid, "", { overrides: { plaintext } });
  return push.attempts.at(-1)?.verdict;
}

/** Returns the texts sent to a user, from the log: the emulator refuses them, because it did not see the user write. */
async function answersTo(openid: string): Promise<readonly string[]> {
  const rows = (await remote(openid).rows(0, 500))?.rows ?? [];
  return rows.flatMap(({ kind, content }) => (kind === "out" && content.type === "text" ? [content.content] : []));
}

async function firstRow(openid: string): Promise<unknown> {
  const response = await call("GET", `/api/v1/conversations/${openid}/messages`);
  const page: { readonly rows: readonly unknown[] } = await response.json();
  return page.rows[0];
}

describe("a text in the platform's format", () => {
  it.for([
    ["oMarkup", "<msg><status><![CDATA[ok]]></status></msg>"],
    ["oCode", "if (a[b[0]]>1) {}"],
    ["oTail", "]]></Content><MsgId>1</MsgId></xml>"],
    ["oLines", "价格\r\n多少"],
  ] as const)("is stored as it was typed: %j", async ([openid, text], { expect }) => {
    expect(await pushXml(openid, textXml(text))).toBe("success");
    const row = { kind: "in", key: `m:${FRAME.msgId}`, content: { type: "text", content: text } };
    expect((await remote(openid).rows(0, 1))?.rows).toMatchObject([row]);
  });

  it("that names another user is stored and answered only in its sender's chat", async ({ expect }) => {
    const text = "价格]]></Content><OpenID><![CDATA[oNamed]]></OpenID><Content><![CDATA[价格";
    for (const content of [text, "价格]]></Content><OpenID><![CDATA[oNamed]]></OpenID><a><![CDATA["]) {
      const xml = textXml(content).replace(FRAME.msgId, content === text ? "23637352235060881" : "23637352235060882");
      expect(await pushXml("oNames", xml)).toBe("success");
    }
    expect(await kindsOf("oNamed")).toEqual([]);
    expect(await answersTo("oNames")).toEqual(["价格见商品页", "价格见商品页"]);
  });

  it("has the same result when it is typed in the emulator", async ({ expect }) => {
    const text = "价格：if (a[b[0]]>1) {}";
    expect((await wechat.text("oPhone", text)).outcome).toBe("acknowledged");
    await expect.poll(() => readTexts(wechat, "oPhone")).toEqual(["价格见商品页"]);
    expect((await remote("oPhone").rows(0, 1))?.rows).toMatchObject([{ content: { content: text } }]);
  });

  it("is matched by the rules as a whole, also when it resembles markup", async ({ expect }) => {
    expect(await pushXml("oExact", textXml("人工]]></Content><Content><![CDATA["))).toBe("success");
    expect(await pushXml("oExact", textXml("人工").replace(FRAME.msgId, "23637352235060882"))).toBe("transfer");
  });
});

describe("a damaged card", () => {
  const xml = cardXml("价格]]></Title><AppId><![CDATA[wx2]]></AppId><PagePath><![CDATA[a", "pages/b");

  it("is stored with its user and gets the fallback, not a rule for its words", async ({ expect }) => {
    const settings = { fallback: { type: "reply", messages: [{ type: "text", content: "请稍等" }] } };
    const rule = {
      id: "card",
      match: { type: "contains", words: ["价格"], messageTypes: ["text", "card"] },
      action: { type: "reply", messages: [{ type: "text", content: "价格见商品页" }] },
    };
    const stored = await putSettings({ ...settings, rules: [rule] });
    expect(stored.status).toBe(200);
    expect(await pushXml("oDamaged", xml)).toBe("success");
    expect(await answersTo("oDamaged")).toEqual(["请稍等"]);
    expect(await firstRow("oDamaged")).toMatchObject({
      kind: "in",
      content: {
        event: "message",
        type: "unknown",
        name: "miniprogrampage",
        id: FRAME.msgId,
        damaged: xml.slice(xml.indexOf("<Title>"), xml.indexOf("<ThumbUrl>")),
      },
    });
  });
});
