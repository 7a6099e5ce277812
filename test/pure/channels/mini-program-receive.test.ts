/** The result of `receive` of the mini-program channel: an arrival or a rejection, and the response to it. */
import { describe, it } from "vitest";
import { openMiniProgram } from "../../../worker/channels/mini-program/channel.ts";
import type { UnauthenticProblem } from "../../../worker/channels/wechat/push/received-push.ts";
import { toRejectedRequest } from "../../../worker/channels/wechat/push/rejection.ts";
import { APP, decrypt, sha1 } from "./independent-crypt.ts";
import { toRequest } from "./mini-program-ways.ts";
import { credentials, NONCE, NOW, plainPush, securePush, TIMESTAMP } from "./pushes.ts";
import { EVENTS, HEAD, message, MESSAGES, MSG_ID } from "./samples.ts";

const secure = openMiniProgram(credentials("secure"), 900_000);
const plain = openMiniProgram(credentials("plain"), 900_000);
const SUCCESS = { status: 200, contentType: "text/plain; charset=utf-8", body: "success" };
const HANDOVER = {
  ToUserName: HEAD.user,
  FromUserName: HEAD.platformAccount,
  CreateTime: NOW / 1_000,
  MsgType: "transfer_customer_service",
};
const none = (): never => {
  throw new Error("no random bytes are needed");
};

describe("a request to the mini-program channel", () => {
  it("of the console is a verification, whose acknowledgement is the echo", async ({ expect }) => {
    const signature = sha1(APP.token, TIMESTAMP, NONCE);
    const query = { signature, timestamp: TIMESTAMP, nonce: NONCE, echostr: "echo <1>" };
    const arrival = await secure.receive({ method: "GET", query, body: "" }, NOW);
    expect(arrival).toMatchObject({ ok: true, value: { events: [], unreadable: [], isVerification: true } });
    expect(arrival.ok && (await arrival.value.acknowledge("received", NOW, none))).toEqual({
      status: 200,
      contentType: "text/plain; charset=utf-8",
      body: "echo <1>",
    });
    const forged = await secure.receive({ method: "GET", query: { ...query, signature: "0" }, body: "" }, NOW);
    expect(forged).toEqual({ ok: false, error: { status: 403, cause: "bad_signature", details: {} } });
    const bare = await secure.receive({ method: "GET", query: {}, body: "" }, NOW);
    expect(bare).toMatchObject({ ok: false, error: { status: 403, cause: "missing_parameter" } });
  });

  it("with a message is one event with its owner, its key and the time of its signature", async ({ expect }) => {
    const arrival = await secure.receive(toRequest(securePush(MESSAGES.text.xml, "xml")), NOW);
    const { createdAt, user } = HEAD;
    const event = { createdAt, ...MESSAGES.text.says };
    const signedAt = Number(TIMESTAMP) * 1_000;
    expect(arrival).toMatchObject({ ok: true, value: { unreadable: [], isVerification: false } });
    expect(arrival.ok && arrival.value.events).toEqual([
      { account: APP.appid, user, key: `m:${MSG_ID}`, event, signedAt },
    ]);
    expect(secure.classify(arrival.ok ? (arrival.value.events[0]?.event ?? none()) : none())).toEqual({
      grant: { name: "message" },
    });
  });

  it("with a BusinessId has it as the reply context", async ({ expect }) => {
    for (const { json } of [MESSAGES.text, EVENTS.user_enter_tempsession, EVENTS.user_info_modified]) {
      const push = securePush(json.replace("{", '{"BusinessId":42,'), "json");
      const arrival = await secure.receive(toRequest(push), NOW);
      expect(arrival).toMatchObject({ ok: true, value: { events: [{ replyContext: "42" }] } });
    }
  });

  it("is acknowledged without random bytes when it is received, and handed over in the encryption of the push", async ({
    expect,
  }) => {
    const arrival = await secure.receive(toRequest(securePush(MESSAGES.text.json, "json")), NOW);
    const { acknowledge } = arrival.ok ? arrival.value : none();
    expect(await acknowledge("received", NOW, none)).toEqual(SUCCESS);
    let next = 0;
    const bytes = (size: number) => new Uint8Array(size).fill((next += 1));
    const first: unknown = JSON.parse((await acknowledge("handover", NOW, bytes)).body);
    const again: unknown = JSON.parse((await acknowledge("handover", NOW, bytes)).body);
    expect(first).not.toEqual(again);
    for (const sealed of [first, again]) {
      const opened: unknown = JSON.parse(decrypt(APP.aesKey, String(Object(sealed)["Encrypt"])).text);
      expect(opened).toEqual(HANDOVER);
    }
  });

  it("in plain mode is handed over in plain text, without random bytes, with sender and receiver swapped", async ({
    expect,
  }) => {
    const voice = message("voice", `<MsgId>${MSG_ID}</MsgId>`, `"MsgId":${MSG_ID}`, {});
    for (const { json, xml } of [MESSAGES.text, voice]) {
      const inJson = await plain.receive(toRequest(plainPush(json)), NOW);
      expect(inJson.ok && JSON.parse((await inJson.value.acknowledge("handover", NOW, none)).body)).toEqual(HANDOVER);
      const inXml = await plain.receive(toRequest(plainPush(xml)), NOW);
      expect(inXml.ok && (await inXml.value.acknowledge("handover", NOW, none))).toEqual({
        status: 200,
        contentType: "text/xml; charset=utf-8",
        body:
          `<xml><ToUserName><![CDATA[${HEAD.user}]]></ToUserName>` +
          `<FromUserName><![CDATA[${HEAD.platformAccount}]]></FromUserName>` +
          "<CreateTime>1760000010</CreateTime><MsgType><![CDATA[transfer_customer_service]]></MsgType></xml>",
      });
    }
  });

  it("with an event is only received, also for the content handover", async ({ expect }) => {
    for (const { json, xml } of [EVENTS.user_enter_tempsession, EVENTS.debug_demo]) {
      for (const push of [securePush(json, "json"), securePush(xml, "xml")]) {
        const arrival = await secure.receive(toRequest(push), NOW);
        expect(arrival.ok && (await arrival.value.acknowledge("handover", NOW, none))).toEqual(SUCCESS);
      }
    }
  });

  it("that is genuine and cannot be parsed has its text for the quarantine, and is acknowledged", async ({
    expect,
  }) => {
    const text = '{"CreateTime":1760000000,"MsgType":"text"}';
    const arrival = await secure.receive(toRequest(securePush(text, "json")), NOW);
    const unreadable = { cause: "ToUserName: missing_field", text, createdAt: 1_760_000_000_000 };
    expect(arrival).toMatchObject({ ok: true, value: { events: [], unreadable: [unreadable], isVerification: false } });
    expect(arrival.ok && (await arrival.value.acknowledge("received", NOW, none)).body).toBe("success");
  });

  it("that is rejected has the fix for the operator, and its age when it is stale", async ({ expect }) => {
    const plaintext = await secure.receive(toRequest(plainPush(MESSAGES.text.xml)), NOW);
    expect(plaintext).toMatchObject({
      ok: false,
      error: { status: 403, cause: "push_mode_mismatch", details: { expected: "secure", came: "plaintext" } },
    });
    const old = await secure.receive(toRequest(securePush(MESSAGES.text.xml, "xml")), NOW + 3_600_000);
    expect(old).toMatchObject({ ok: false, error: { status: 403, cause: "stale", stale: { ageMs: 3_610_000 } } });
    const bare = await secure.receive({ method: "POST", query: {}, body: "" }, NOW);
    expect(bare).toEqual({
      ok: false,
      error: { status: 400, cause: "missing_parameter", details: { parameter: "timestamp" } },
    });
  });

  it("that is rejected with any cause names the fix or the fault, and nothing of the push", ({ expect }) => {
    const detailsOf = (problem: UnauthenticProblem) => toRejectedRequest(problem, "wx0123456789abcdef").details;
    expect(detailsOf({ reason: "bad_signature" })["cure"]).toContain("WECHAT_TOKEN");
    expect(detailsOf({ reason: "decrypt_failed", problem: { reason: "bad_padding" } })["cure"]).toContain("AES_KEY");
    expect(detailsOf({ reason: "wrong_appid" })["cure"]).toContain("wx0123456789abcdef");
    expect(detailsOf({ reason: "bad_envelope", problem: { reason: "unknown_format" } })).toEqual({
      problem: "unknown_format",
    });
    const encrypted = { reason: "push_mode_mismatch", expected: "plain", came: "encrypted" } as const;
    expect(detailsOf(encrypted)["cure"]).toContain("WECHAT_PUSH_MODE=secure");
  });
});
