/** Answers: the seven bytes, and the hand-over in every mode and format, opened again independently. */
import { XMLParser } from "fast-xml-parser";
import { describe, it } from "vitest";
import type { Acknowledgement, Inbound } from "../../../shared/message/inbound.ts";
import { buildAcknowledgement, type AnsweredPush } from "../../../worker/channels/wechat/acknowledgement.ts";
import { cipherFor } from "../../../worker/channels/wechat/push/crypt.ts";
import { APP, decrypt, sha1 } from "./independent-crypt.ts";
import { HEAD } from "./samples.ts";

const NOW = 1_760_000_123_999;
const NONCE = "nonce-1";
const RANDOM = new Uint8Array(16).map((_, index) => index * 17);
const TEXT: Inbound = { ...HEAD, event: "message", type: "text", name: "text", id: "1", content: "help" };
const SUCCESS = { body: "success", contentType: "text/plain; charset=utf-8" };
const seal = { token: APP.token, cipher: await cipherFor(APP.aesKey), appid: APP.appid };

const answer = (kind: Acknowledgement, push: AnsweredPush) => buildAcknowledgement(kind, push, NOW, NONCE, RANDOM);

/** Reads an answer as WeChat would, with a parser of its own; numbers in XML become numbers. */
function readAnswer(body: string, format: "xml" | "json"): Record<string, unknown> {
  const parsed: unknown = format === "json" ? JSON.parse(body) : new XMLParser().parse(body);
  const root: unknown = format === "json" ? parsed : Object(parsed)["xml"];
  return Object.fromEntries(Object.entries(Object(root)));
}

describe("success", () => {
  it("is seven bytes of plain text in every mode and format", async ({ expect }) => {
    for (const format of ["xml", "json"] as const) {
      expect(await answer("received", { inbound: TEXT, format })).toEqual(SUCCESS);
      expect(await answer("received", { inbound: TEXT, format, seal })).toEqual(SUCCESS);
    }
    expect(Buffer.byteLength(SUCCESS.body)).toBe(7);
  });

  it("is also the answer to an event that was to be handed over", async ({ expect }) => {
    const enter: Inbound = { ...HEAD, event: "action", type: "enter", name: "user_enter_tempsession", entryText: "" };
    expect(await answer("handover", { inbound: enter, format: "xml", seal })).toEqual(SUCCESS);
    const unknown: Inbound = { ...HEAD, event: "account-event", type: "other", name: "new", raw: "{}" };
    expect(await answer("handover", { inbound: unknown, format: "json" })).toEqual(SUCCESS);
  });
});

describe("the hand-over", () => {
  const handOver = {
    ToUserName: HEAD.openid,
    FromUserName: HEAD.account,
    CreateTime: 1_760_000_123,
    MsgType: "transfer_customer_service",
  };

  it("is XML to an XML push, with sender and receiver swapped", async ({ expect }) => {
    expect(await answer("handover", { inbound: TEXT, format: "xml" })).toEqual({
      body:
        `<xml><ToUserName><![CDATA[${HEAD.openid}]]></ToUserName><FromUserName><![CDATA[${HEAD.account}]]></FromUserName>` +
        "<CreateTime>1760000123</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>",
      contentType: "text/xml; charset=utf-8",
    });
  });

  it("is JSON to a JSON push", async ({ expect }) => {
    const { body, contentType } = await answer("handover", { inbound: TEXT, format: "json" });
    expect(contentType).toBe("application/json; charset=utf-8");
    expect(body).toMatch(/^\{.*\}$/);
    expect(JSON.parse(body)).toEqual(handOver);
  });

  it("is for messages of a kind we do not know, too", async ({ expect }) => {
    const voice: Inbound = { ...HEAD, event: "message", type: "unknown", name: "voice", id: "1", raw: "{}" };
    const { body } = await answer("handover", { inbound: voice, format: "json" });
    expect(JSON.parse(body)).toEqual(handOver);
  });

  for (const format of ["xml", "json"] as const) {
    it(`is encrypted and signed to an encrypted push, as ${format}`, async ({ expect }) => {
      const { body, contentType } = await answer("handover", { inbound: TEXT, format, seal });
      const envelope = readAnswer(body, format);
      const encrypted = String(envelope["Encrypt"]);
      expect(envelope).toEqual({
        Encrypt: encrypted,
        MsgSignature: sha1(APP.token, "1760000123", NONCE, encrypted),
        TimeStamp: 1_760_000_123,
        Nonce: NONCE,
      });
      const opened = decrypt(APP.aesKey, encrypted);
      expect(opened.receiveId).toBe(APP.appid);
      expect(readAnswer(opened.text, format)).toEqual(handOver);
      expect(contentType).toContain(format);
    });
  }

  it("is sealed with the token and key of the push, the previous ones in a rotation", async ({ expect }) => {
    const previous = { token: APP.previousToken, cipher: await cipherFor(APP.previousAesKey), appid: APP.appid };
    const { body } = await answer("handover", { inbound: TEXT, format: "json", seal: previous });
    const envelope = readAnswer(body, "json");
    const encrypted = String(envelope["Encrypt"]);
    expect(envelope["MsgSignature"]).toBe(sha1(APP.previousToken, "1760000123", NONCE, encrypted));
    expect(readAnswer(decrypt(APP.previousAesKey, encrypted).text, "json")).toEqual(handOver);
  });

  it("uses the random bytes it is given", async ({ expect }) => {
    const push = { inbound: TEXT, format: "json", seal } as const;
    const first = await buildAcknowledgement("handover", push, NOW, NONCE, RANDOM);
    const second = await buildAcknowledgement("handover", push, NOW, NONCE, new Uint8Array(16));
    expect(first).toEqual(await answer("handover", push));
    expect(first.body).not.toBe(second.body);
  });

  it("survives an id or nonce that holds the end of CDATA", async ({ expect }) => {
    const inbound: Inbound = { ...TEXT, openid: "o]]><a>&lt;]]>" };
    const { body } = await answer("handover", { inbound, format: "xml" });
    expect(body).toContain("<![CDATA[o]]]]><![CDATA[><a>&lt;]]]]><![CDATA[>]]>");
    expect(readAnswer(body, "xml")["ToUserName"]).toBe(inbound.openid);
    const sealed = await buildAcknowledgement("handover", { inbound, format: "xml", seal }, NOW, "n]]>", RANDOM);
    expect(readAnswer(sealed.body, "xml")["Nonce"]).toBe("n]]>");
  });
});
