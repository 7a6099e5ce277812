/** Two endpoints, one with `mask: true`: the events, replays and questions that each receives. */
import { runDurableObjectAlarm } from "cloudflare:test";
import { beforeEach, describe, it, vi } from "vitest";
import { encodeSessionFrom } from "../../shared/entry/session-from.ts";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { signWebhook } from "../../worker/webhooks/sign.ts";
import { URL_OF } from "../support/receiver.ts";
import { account, conversation, emptyAccount, pass, readTexts, ring } from "../support/workerd.ts";
import { call, send, useSilentSettings } from "./api-client.ts";
import { shop, useWorker, wechat } from "./each-test.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const [PHONE, ID_CARD, OPENID, NAME] = ["13800138000", "110101199001010015", "oMasked_bmjrPTlm6-2sgVt7hMZ", "欧阳锋"];
const CLEAR = new RegExp([PHONE, ID_CARD, OPENID, NAME].join("|"));
const CONTEXT = { page: "pages/order/index", phone: PHONE, user: { realName: NAME, openid: OPENID } };

const RAW = { id: "raw", url: URL_OF("raw") };
const MASKED = { id: "masked", url: URL_OF("masked"), mask: true };

useWorker({ clock: "hour ahead" });
beforeEach(async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  await emptyAccount();
});

/** Returns the events that an endpoint received. */
const heardBy = (path: string) => shop.events.filter((event) => event.path === `/${path}`);
/** Runs the conversation's alarm four times, so that all events are delivered. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) {
    pass(BATCH_DELAY_MS);
    await ring(OPENID);
  }
}

/** Makes the user enter from a page and write, sends an answer, and delivers the events. */
async function talks(): Promise<void> {
  const from = encodeSessionFrom(CONTEXT, { label: `电话 ${PHONE}` });
  if (!from.ok) throw new Error(from.error.reason);
  await wechat.enter(OPENID, from.value);
  await wechat.text(OPENID, `我叫${NAME}，电话${PHONE}，编号 ${OPENID}`);
  await send(OPENID, { type: "text", content: `您的身份证是 ${ID_CARD} 吗` });
  await vi.waitUntil(async () => (await readTexts(wechat, OPENID)).length > 0);
  await settle();
}

describe("an endpoint with mask", () => {
  it("receives the same events in the same order, signed, without personal data", async ({ expect }) => {
    await useSilentSettings({ webhooks: [RAW, MASKED] });
    await talks();
    const [raw, masked] = [heardBy("raw"), heardBy("masked")];
    expect(raw.map(({ id, type }) => [id, type])).toEqual(masked.map(({ id, type }) => [id, type]));
    expect(masked.map(({ type }) => type)).toEqual(["user.entered", "message.received", "message.sent"]);
    for (const value of [PHONE, ID_CARD, OPENID, NAME]) expect(JSON.stringify(raw)).toContain(value);
    expect(JSON.stringify(masked)).not.toMatch(CLEAR);
    expect(JSON.stringify(masked)).not.toContain('"fields"');
    const [entered, received, sent] = masked;
    const id = conversation(OPENID).id.toString();
    expect(entered?.data).toMatchObject({ conversation: id, user: `****${OPENID.slice(-4)}` });
    expect(entered?.data["row"]).toMatchObject({
      content: { context: { claimed: { page: CONTEXT.page, phone: "138****8000", user: { realName: "欧**" } } } },
    });
    expect(received?.data["row"]).toMatchObject({
      content: { content: `我叫欧**，电话138****8000，编号 ****${OPENID.slice(-4)}` },
    });
    expect(sent?.data["message"]).toMatchObject({ content: { content: "您的身份证是 110101********0015 吗" } });
    for (const { id, timestamp, body, signature } of masked)
      expect(signature).toBe(await signWebhook([SECRET], { id, timestamp: Number(timestamp), body }));
  });

  it("receives a replay masked as well, under the same ids", async ({ expect }) => {
    await useSilentSettings({ webhooks: [MASKED] });
    await talks();
    const before = heardBy("masked");
    shop.events.length = 0;
    const path = `/api/v1/conversations/${OPENID}/webhooks/masked/replay`;
    expect((await call("POST", path, { json: { after: 0 } })).status).toBe(202);
    await settle();
    const again = heardBy("masked");
    expect(again.map(({ id, body }) => [id, body])).toEqual(
      expect.arrayContaining(before.map(({ id, body }) => [id, body])),
    );
    expect(JSON.stringify(again)).not.toMatch(CLEAR);
    for (const { id, timestamp, body, signature } of again)
      expect(signature).toBe(await signWebhook([SECRET], { id, timestamp: Number(timestamp), body }));
  });

  it("gets questions of rules without personal data, and its answer is sent", async ({ expect }) => {
    const rules = [{ id: "ask", match: { type: "anything" }, action: { type: "webhook", webhookId: "masked" } }];
    await useSilentSettings({ webhooks: [{ ...MASKED, events: [] }], rules });
    shop.answerWith(() => Response.json({ messages: [{ type: "text", content: "好的" }] }));
    await wechat.text(OPENID, `电话${PHONE}，订单 1001`);
    await vi.waitUntil(async () => (await readTexts(wechat, OPENID)).includes("好的"));
    const [question] = heardBy("masked");
    expect(question?.type).toBe("message.answer");
    expect(question?.data).toMatchObject({
      user: `****${OPENID.slice(-4)}`,
      inbound: { content: "电话138****8000，订单 1001" },
    });
    expect(JSON.stringify(question)).not.toMatch(CLEAR);
  });

  it("receives events of the account without the platform's fields", async ({ expect }) => {
    await useSilentSettings({ webhooks: [RAW, MASKED] });
    await wechat.event(OPENID, "brand_new_event", { Phone: PHONE });
    pass(5_000);
    await runDurableObjectAlarm(account());
    const [[raw], [masked]] = [heardBy("raw"), heardBy("masked")];
    expect(JSON.stringify(raw)).toContain(PHONE);
    expect(masked).toMatchObject({ id: raw?.id, type: "account.event" });
    expect(masked?.data["event"]).toMatchObject({ name: "brand_new_event", fields: {} });
    expect(JSON.stringify(masked)).not.toMatch(CLEAR);
  });
});

describe("the setting mask", () => {
  it("is shown with the state of the webhook, and is a yes or no", async ({ expect }) => {
    await useSilentSettings({ webhooks: [RAW, MASKED] });
    const { webhooks } = await (await call("GET", "/api/v1/webhooks")).json<{ readonly webhooks: readonly object[] }>();
    expect(webhooks).toMatchObject([{ id: "raw" }, { id: "masked", mask: true }]);
    expect(webhooks[0]).not.toHaveProperty("mask");
    await expect(useSilentSettings({ webhooks: [{ ...RAW, mask: "yes" }] })).rejects.toThrow(/mask/);
  });
});
