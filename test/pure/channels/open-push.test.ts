/**
 * Genuine pushes: mode × format, key rotation, the URL verification of the console, and bodies that cannot be parsed.
 */
import { describe, it } from "vitest";
import { receivePush } from "../../../worker/channels/mini-program/receive-push.ts";
import { verifyEcho } from "../../../worker/channels/wechat/push/open-push.ts";
import { APP, encrypt, sha1 } from "./independent-crypt.ts";
import { credentials, envelopePush, NONCE, NOW, plainPush, receive, securePush, TEXT, TIMESTAMP } from "./pushes.ts";
import { MESSAGES } from "./samples.ts";
import vectors from "./vectors.json" with { type: "json" };

describe("verifyEcho", () => {
  const query = {
    signature: sha1(APP.token, TIMESTAMP, NONCE),
    timestamp: TIMESTAMP,
    nonce: NONCE,
    echostr: " <a>&\n中 ",
  };

  it("returns echostr unchanged, in every mode, with either token", async ({ expect }) => {
    for (const mode of ["secure", "compatible", "plain"] as const) {
      expect(await verifyEcho(query, credentials(mode))).toEqual({ ok: true, value: " <a>&\n中 " });
    }
    const previous = { ...query, signature: sha1(APP.previousToken, TIMESTAMP, NONCE) };
    expect(await verifyEcho(previous, credentials("secure"))).toEqual({ ok: true, value: " <a>&\n中 " });
  });

  it("refuses a signature of another content", async ({ expect }) => {
    const bad = { ok: false, error: { reason: "bad_signature" } };
    expect(await verifyEcho({ ...query, nonce: "1" }, credentials("secure"))).toEqual(bad);
    expect(await verifyEcho({ ...query, timestamp: "1" }, credentials("secure"))).toEqual(bad);
    expect(await verifyEcho({ ...query, signature: "" }, credentials("secure"))).toEqual(bad);
    expect(await verifyEcho(query, { ...credentials("secure"), tokens: [] })).toEqual(bad);
    const fourParts = { ...query, signature: sha1(APP.token, TIMESTAMP, NONCE, query.echostr) };
    expect(await verifyEcho(fourParts, credentials("secure"))).toEqual(bad);
  });

  for (const name of ["signature", "timestamp", "nonce", "echostr"] as const) {
    it(`needs ${name}`, async ({ expect }) => {
      const problem = { ok: false, error: { reason: "missing_parameter", name } };
      expect(await verifyEcho({ ...query, [name]: undefined }, credentials("secure"))).toEqual(problem);
    });
  }
});

describe("a genuine push", () => {
  for (const format of ["xml", "json"] as const) {
    it(`is received in plain mode as ${format}, with nothing to seal`, async ({ expect }) => {
      expect(await receive(plainPush(MESSAGES.text[format]), "plain")).toEqual({
        ok: true,
        value: { inbound: TEXT, format, signedAt: Number(TIMESTAMP) * 1_000 },
      });
    });

    it(`is received in secure and compatible mode as ${format}, with token, key and id for the reply`, async ({
      expect,
    }) => {
      for (const mode of ["secure", "compatible"] as const) {
        const received = await receive(securePush(MESSAGES.text[format], format), mode);
        expect(received).toMatchObject({
          ok: true,
          value: { inbound: TEXT, format, seal: { token: APP.token, appid: APP.appid } },
        });
        const sealed = received.ok
          ? await received.value.seal?.cipher.seal("hi", APP.appid, Buffer.alloc(16, "0"))
          : "";
        expect(sealed).toBe(encrypt(APP.aesKey, "hi", APP.appid, "0".repeat(16)));
      }
    });

    it(`has only its encrypted half read in compatible mode as ${format}`, async ({ expect }) => {
      const lie =
        format === "xml"
          ? "<FromUserName>oLiar</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>1</MsgId>"
          : `"FromUserName":"oLiar","CreateTime":1,"MsgType":"text","MsgId":1,`;
      const push = envelopePush(encrypt(APP.aesKey, MESSAGES.text[format], APP.appid), format, {}, lie);
      expect(await receive(push, "compatible")).toMatchObject({ ok: true, value: { inbound: TEXT } });
    });
  }

  it("may have any age when no maximum is set, like the official ones, and is refused for its age otherwise", async ({
    expect,
  }) => {
    for (const id of ["V3", "V7", "V8", "V9"]) {
      const vector = vectors.crypt.find((candidate) => candidate.id === id);
      if (vector === undefined) throw new Error(`${id} is missing`);
      const format = vector.plaintext.startsWith("<") ? "xml" : "json";
      const { body } = envelopePush(vector.encrypt, format);
      const query = {
        timestamp: `${vector.timestamp}`,
        nonce: `${vector.nonce}`,
        msg_signature: `${vector.msgSignature}`,
      };
      const app = { appid: vector.receiveId, mode: "secure", tokens: [vector.token], aesKeys: [vector.key] } as const;
      const received = await receivePush(query, body, app, NOW, 0);
      expect(received).toMatchObject({ ok: true, value: { format, event: { createdAt: expect.any(Number) } } });
      const refused = await receivePush(query, body, app, NOW, 900_000);
      expect(refused).toMatchObject({ ok: false, error: { authentic: false, reason: "stale" } });
    }
  });

  it("is received under the previous token, the previous key, or both, and sealed with the same", async ({
    expect,
  }) => {
    for (const token of [APP.token, APP.previousToken]) {
      for (const aesKey of [APP.aesKey, APP.previousAesKey]) {
        const received = await receive(securePush(MESSAGES.text.xml, "xml", { token, aesKey }), "secure");
        expect(received).toMatchObject({ ok: true, value: { inbound: TEXT, seal: { token } } });
        const sealed = received.ok
          ? await received.value.seal?.cipher.seal("hi", APP.appid, Buffer.alloc(16, "0"))
          : "";
        expect(sealed).toBe(encrypt(aesKey, "hi", APP.appid, "0".repeat(16)));
      }
    }
    const plain = await receive(plainPush(MESSAGES.text.xml, { token: APP.previousToken }), "plain");
    expect(plain).toMatchObject({ ok: true, value: { inbound: TEXT } });
  });

  it("distinguishes ids in both formats that are the same double", async ({ expect }) => {
    for (const format of ["xml", "json"] as const) {
      const other = MESSAGES.text[format].replace("23637352235060882", "23637352235060883");
      const received = await receive(securePush(other, format), "secure");
      expect(received).toMatchObject({ ok: true, value: { inbound: { id: "23637352235060883" } } });
    }
  });

  it("may begin with a BOM, outside and inside", async ({ expect }) => {
    const push = securePush(`\uFEFF${MESSAGES.text.json}`, "json");
    expect(await receive({ ...push, body: `\uFEFF${push.body}` }, "secure")).toMatchObject({ ok: true });
  });
});

describe("a genuine push that cannot be parsed", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["neither format", "hello", "unknown_format"],
    ["broken XML", "<xml><a>1</b></xml>", "xml: malformed"],
    ["an entity", "<!DOCTYPE xml><xml></xml>", "xml: declaration"],
    ["broken JSON", "{", "json: malformed"],
    ["deep JSON", `{"a":${"[".repeat(100)}${"]".repeat(100)}}`, "json: too_deep"],
    ["__proto__", '{"__proto__":{}}', "json: bad_name"],
    ["no CreateTime", '{"ToUserName":"gh","FromUserName":"oSecretUser"}', "CreateTime: missing_field"],
    ["a wrong MsgId", MESSAGES.text.xml.replace("23637352235060882", "a b"), "MsgId: bad_field"],
  ];
  for (const [what, text, cause] of cases) {
    it(`is authentic and returned with its text, which the cause does not quote: ${what}`, async ({ expect }) => {
      const error = { authentic: true, reason: "unreadable", cause, text };
      expect(await receive(securePush(text, "xml"), "secure")).toEqual({ ok: false, error });
      expect(await receive(plainPush(text), "plain")).toEqual({ ok: false, error });
    });
  }
});
