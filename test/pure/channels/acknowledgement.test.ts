/** Acknowledgements in every format, decrypted again by independent code. */
import { XMLParser } from "fast-xml-parser";
import { describe, it } from "vitest";
import { sealAcknowledgement, writeFields } from "../../../worker/channels/wechat/acknowledgement.ts";
import { cipherFor } from "../../../worker/channels/wechat/push/crypt.ts";
import { APP, decrypt, sha1 } from "./independent-crypt.ts";

const NOW = 1_760_000_123_999;
const FIELDS = { ToUserName: "oUser", FromUserName: "gh_1", CreateTime: 1_760_000_123, MsgType: "text" };
const seal = { token: APP.token, cipher: await cipherFor(APP.aesKey), appid: APP.appid };
const none = (): never => {
  throw new Error("no random bytes are needed");
};

/** Random bytes that differ from call to call. */
function createRandom(first = 0): (size: number) => Uint8Array {
  let next = first;
  return (size) => new Uint8Array(size).fill(0xa0 + (next += 1));
}

/** Reads an answer as WeChat would, with a parser of its own; numbers in XML become numbers. */
function readAnswer(body: string, format: "xml" | "json"): Record<string, unknown> {
  const parsed: unknown = format === "json" ? JSON.parse(body) : new XMLParser().parse(body);
  const root: unknown = format === "json" ? parsed : Object(parsed)["xml"];
  return Object.fromEntries(Object.entries(Object(root)));
}

describe("writeFields", () => {
  it("writes texts as CDATA or JSON strings, and numbers without quotes", ({ expect }) => {
    expect(writeFields("xml", FIELDS)).toBe(
      "<xml><ToUserName><![CDATA[oUser]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>" +
        "<CreateTime>1760000123</CreateTime><MsgType><![CDATA[text]]></MsgType></xml>",
    );
    expect(JSON.parse(writeFields("json", FIELDS))).toEqual(FIELDS);
  });

  it("keeps a text that contains the end of CDATA complete", ({ expect }) => {
    const text = "o]]><a>&lt;]]>";
    const body = writeFields("xml", { ToUserName: text });
    expect(body).toContain("<![CDATA[o]]]]><![CDATA[><a>&lt;]]]]><![CDATA[>]]>");
    expect(readAnswer(body, "xml")["ToUserName"]).toBe(text);
  });
});

describe("sealAcknowledgement", () => {
  for (const format of ["xml", "json"] as const) {
    const text = writeFields(format, FIELDS);

    it(`answers a plain push with the text itself, as ${format}`, async ({ expect }) => {
      const { body, contentType } = await sealAcknowledgement(text, format, undefined, NOW, none);
      expect(body).toBe(text);
      expect(contentType).toMatch(new RegExp(`^(?:text|application)/${format}; charset=utf-8$`));
    });

    it(`encrypts and signs the answer to an encrypted push, as ${format}`, async ({ expect }) => {
      const { body, contentType } = await sealAcknowledgement(text, format, seal, NOW, createRandom());
      const envelope = readAnswer(body, format);
      const encrypted = String(envelope["Encrypt"]);
      const nonce = String(envelope["Nonce"]);
      expect(envelope).toEqual({
        Encrypt: encrypted,
        MsgSignature: sha1(APP.token, "1760000123", nonce, encrypted),
        TimeStamp: 1_760_000_123,
        Nonce: nonce,
      });
      expect(nonce).toMatch(/^[\da-f]{32}$/);
      const opened = decrypt(APP.aesKey, encrypted);
      expect(opened.receiveId).toBe(APP.appid);
      expect(readAnswer(opened.text, format)).toEqual(FIELDS);
      expect(contentType).toContain(format);
    });
  }

  it("uses the token and key of the push, the previous ones in a rotation", async ({ expect }) => {
    const previous = { token: APP.previousToken, cipher: await cipherFor(APP.previousAesKey), appid: APP.appid };
    const { body } = await sealAcknowledgement("{}", "json", previous, NOW, createRandom());
    const { Encrypt, MsgSignature, Nonce } = readAnswer(body, "json");
    expect(MsgSignature).toBe(sha1(APP.previousToken, "1760000123", String(Nonce), String(Encrypt)));
    expect(decrypt(APP.previousAesKey, String(Encrypt)).text).toBe("{}");
  });

  it("uses different random bytes for the text and for the nonce", async ({ expect }) => {
    const answer = (first: number) => sealAcknowledgement("{}", "json", seal, NOW, createRandom(first));
    const { body } = await answer(0);
    expect(await answer(0)).toMatchObject({ body });
    const [one, other] = [readAnswer(body, "json"), readAnswer((await answer(7)).body, "json")];
    expect(other["Nonce"]).not.toBe(one["Nonce"]);
    expect(other["Encrypt"]).not.toBe(one["Encrypt"]);
  });
});
