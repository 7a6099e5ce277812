/**
 * The check of answers: which answers to a push are valid, and which the platform would reject (WECHAT.md §1.8, §1.9).
 */
import { describe, it } from "vitest";
import type { EmulatedApp } from "../../../emulator/model.ts";
import { APP, createHarness, seal, transfer } from "./harness.ts";

const FORMATS = ["xml", "json"] as const;

/** Pushes a text to a worker that gives this answer, and returns the verdict. */
async function judged(app: EmulatedApp, body: string) {
  const { control } = createHarness({ apps: [app], worker: () => new Response(body) });
  const record = await control.text("oUser", "转人工");
  return { outcome: record.outcome, ...record.attempts[0] };
}

describe("a handover", () => {
  it.for(FORMATS)("is accepted encrypted in secure mode as %s", async (format, { expect }) => {
    const app = { ...APP, format };
    const answer = await judged(app, await seal(app, transfer(app, "oUser")));
    expect(answer).toMatchObject({ outcome: "transferred", verdict: "transfer" });
  });

  it.for(FORMATS)("is accepted plain or encrypted in compatible mode as %s", async (format, { expect }) => {
    const app = { ...APP, format, mode: "compatible" as const };
    expect(await judged(app, transfer(app, "oUser"))).toMatchObject({ verdict: "transfer" });
    expect(await judged(app, await seal(app, transfer(app, "oUser")))).toMatchObject({ verdict: "transfer" });
  });

  it.for(FORMATS)("is accepted plain, and only plain, in plain mode as %s", async (format, { expect }) => {
    const app = { ...APP, format, mode: "plain" as const };
    expect(await judged(app, transfer(app, "oUser"))).toMatchObject({ verdict: "transfer" });
    const sealed = await judged(app, await seal(app, transfer(app, "oUser")));
    expect(sealed).toMatchObject({ verdict: "malformed", problem: expect.stringContaining("must not be encrypted") });
  });

  it("must be in the format of the push", async ({ expect }) => {
    const json = { ...APP, format: "json" as const };
    const xmlToJson = await judged(json, await seal(APP, transfer(APP, "oUser")));
    expect(xmlToJson).toMatchObject({ verdict: "malformed", problem: "the answer is not a JSON object" });
    const jsonToXml = await judged(APP, await seal(json, transfer(json, "oUser")));
    expect(jsonToXml).toMatchObject({ verdict: "malformed", problem: "the answer is not one <xml> element" });
    const mixed = await judged(APP, await seal(APP, transfer(json, "oUser")));
    expect(mixed).toMatchObject({ verdict: "malformed", problem: "the decrypted answer is not one <xml> element" });
  });

  const plain: EmulatedApp = { ...APP, mode: "plain" };
  const plainJson: EmulatedApp = { ...plain, format: "json" };
  it.for([
    { flaw: "unswapped names", body: transfer(plain, APP.account, { FromUserName: "oUser" }), problem: "ToUserName" },
    { flaw: "a foreign sender", body: transfer(plain, "oUser", { FromUserName: "gh_x" }), problem: "FromUserName" },
    { flaw: "a CreateTime in quotes", body: transfer(plain, "oUser", { CreateTime: "17" }), problem: "CreateTime" },
    { flaw: "another MsgType", body: transfer(plain, "oUser", { MsgType: "text" }), problem: "MsgType" },
    {
      flaw: "an unclosed element",
      body: "<xml><MsgType>transfer_customer_service</xml>",
      problem: "is not valid from character",
    },
    { flaw: "plain words", body: "ok", problem: "not one <xml> element" },
  ])("is refused with $flaw", async ({ body, problem }, { expect }) => {
    expect(await judged(plain, body)).toMatchObject({
      outcome: "unavailable",
      verdict: "malformed",
      problem: expect.stringContaining(problem),
    });
  });

  it("is refused as JSON with a CreateTime in quotes or a nested field", async ({ expect }) => {
    const quoted = transfer(plainJson, "oUser", { CreateTime: "1700000000" });
    expect(await judged(plainJson, quoted)).toMatchObject({ verdict: "malformed" });
    expect(await judged(plainJson, '{"TransInfo":{}}')).toMatchObject({
      problem: expect.stringContaining("TransInfo"),
    });
  });

  it("is refused in secure mode when it is plain, wrongly signed, or for another appid", async ({ expect }) => {
    const reply = transfer(APP, "oUser");
    expect(await judged(APP, reply)).toMatchObject({ problem: "an answer in secure mode must be encrypted" });
    expect(await judged(APP, await seal(APP, reply, { signature: "0".repeat(40) }))).toMatchObject({
      problem: "MsgSignature does not match",
    });
    expect(await judged(APP, await seal(APP, reply, { receiveId: "wxother" }))).toMatchObject({
      problem: "the ciphertext ends with the appid of another app",
    });
    const incomplete = (await seal(APP, reply)).replace(/<Nonce>.*<\/Nonce>/, "");
    expect(await judged(APP, incomplete)).toMatchObject({ problem: expect.stringContaining("Nonce") });
  });

  it("is refused for an event", async ({ expect }) => {
    const { control } = createHarness({ worker: async () => new Response(await seal(APP, transfer(APP, "oUser"))) });
    const record = await control.enter("oUser");
    expect(record.attempts[0]).toMatchObject({ verdict: "malformed", problem: "an event must not be handed over" });
  });
});

describe("an acknowledgement", () => {
  it.for(["", "success"])("is %j and nothing else", async (body, { expect }) => {
    expect(await judged(APP, body)).toMatchObject({ outcome: "acknowledged", verdict: "success" });
  });

  it.for([" success", "success\n", "SUCCESS", '"success"', "\u{FEFF}success"])(
    "is not %j",
    async (body, { expect }) => {
      expect(await judged(APP, body)).toMatchObject({ outcome: "unavailable", verdict: "malformed" });
    },
  );
});

describe("the answer to an event of virtual payment", () => {
  const judgedPay = async (app: EmulatedApp, body: string, event = "xpay_goods_deliver_notify") => {
    const { control } = createHarness({ apps: [app], worker: () => new Response(body) });
    return (await control.event("oUser", event)).attempts[0];
  };

  it.for(FORMATS)("is an ErrCode of 0, plain or encrypted, as %s", async (format, { expect }) => {
    const app = { ...APP, format };
    const body = (code: number) => (format === "xml" ? `<xml><ErrCode>${code}</ErrCode></xml>` : `{"ErrCode":${code}}`);
    expect(await judgedPay(app, body(0))).toMatchObject({ verdict: "success" });
    expect(await judgedPay(app, await seal(app, body(0)))).toMatchObject({ verdict: "success" });
    expect(await judgedPay(app, body(1))).toMatchObject({ verdict: "refused", problem: "ErrCode 1, expected 0" });
    expect(await judgedPay(app, await seal(app, transfer(app, "oUser")))).toMatchObject({ verdict: "malformed" });
    expect(await judgedPay(app, body(0), "wxa_media_check")).toMatchObject({ verdict: "malformed" });
  });

  it("may be success as well", async ({ expect }) => {
    expect(await judgedPay(APP, "success")).toMatchObject({ verdict: "success" });
  });
});
