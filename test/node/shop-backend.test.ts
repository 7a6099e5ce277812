import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, it } from "vitest";
import { createKefuClient } from "../../client/index.ts";
import { ALWAYS_OPEN, LOCAL_API_KEY, startStack, useShopSettings, type Stack } from "../../scripts/lib/stack.ts";
import { TEST_PORTS } from "../support/ports.ts";

const BUYER = "oUser1";
const ASKER = "oUser2";
const PARCEL = { carrier: "中通快递", trackingNumber: "ZT42" };
const SHIPPED = "您的订单已发货。订单 1002，中通快递单号 ZT42。";

let stack: Stack;
const heard: string[] = [];
beforeAll(async () => {
  stack = await startStack({
    portsFrom: TEST_PORTS,
    onShopEvent: (type, openid) => heard.push(`${type} ${openid}`),
  });
  await useShopSettings(stack, { ...ALWAYS_OPEN, muteAfterApiMinutes: 0 });
});
afterAll(() => stack.stop());

const ship = () =>
  fetch(`${stack.shopUrl}/orders/1002/ship`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(PARCEL),
  });

async function readChat(): Promise<readonly string[]> {
  const { lines } = await stack.control.chat(BUYER);
  return lines.filter((line) => line.from === "service").map((line) => line.text);
}

// One sequence: each part continues where the one before ended.
describe("the sample shop's back end, with the whole stack", () => {
  it("ships before the buyer has written, and gets the answer that the message was not sent", async ({ expect }) => {
    const response = await ship();
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      order: { id: "1002", status: "已发货" },
      notified: false,
      code: "window_closed",
    });
    expect(await readChat()).toEqual([]);
  });

  it("answers 订单 1001 到哪了", async ({ expect }) => {
    await stack.control.text(BUYER, "订单 1001 到哪了");
    await expect.poll(readChat, { timeout: 10_000 }).toEqual(["订单 1001：已发货，顺丰速运单号 SF1234567890123。"]);
  });

  it("notifies the buyer inside the window once, for any number of requests", async ({ expect }) => {
    for (let times = 0; times < 2; times += 1) {
      const response = await ship();
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ notified: true });
    }
    await expect.poll(readChat, { timeout: 10_000 }).toHaveLength(2);
    await sleep(500);
    expect((await readChat()).at(-1)).toBe(SHIPPED);
    expect(await readChat()).toHaveLength(2);
  });

  it("receives messages by webhook, and answers a rule's question", async ({ expect }) => {
    const kefu = createKefuClient({ baseUrl: stack.workerUrl, apiKey: LOCAL_API_KEY });
    const read = await kefu.settings();
    if (!read.ok) throw new Error(read.error.code);
    const { settings, etag } = read.value;
    const shop = {
      id: "shop",
      url: `${stack.shopUrl}/webhooks/kefu`,
      events: ["message.received", "message.sent"],
    } as const;
    const rule = {
      id: "parcel",
      match: { type: "prefix", words: ["包裹"] },
      action: { type: "webhook", webhookId: "shop" },
    } as const;
    const { defaults } = settings;
    const changed = { ...settings, defaults: { ...defaults, webhooks: [shop], rules: [rule, ...defaults.rules] } };
    const stored = await kefu.putSettings(changed, etag);
    expect(stored).toMatchObject({ ok: true });

    await stack.control.text(ASKER, "包裹 1001 到哪了");
    const chat = async () => (await stack.control.chat(ASKER)).lines.map((line) => ("text" in line ? line.text : ""));
    await expect.poll(chat, { timeout: 10_000 }).toContain("没有找到订单 1001，请核对订单号。");
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([`message.received ${ASKER}`, `message.sent ${ASKER}`]);
    expect(await kefu.webhooks()).toMatchObject({ ok: true, value: { webhooks: [{ id: "shop", state: "ok" }] } });

    expect(await kefu.replayWebhook(ASKER, "shop")).toEqual({ ok: true, value: { after: 0 } });
    expect(await kefu.replayWebhook(ASKER, "nobody")).toMatchObject({ error: { code: "webhook_not_found" } });
  });

  it("has a log that the client follows, exports and erases, with the client's types", async ({ expect }) => {
    const kefu = createKefuClient({ baseUrl: stack.workerUrl, apiKey: LOCAL_API_KEY });
    const followed = [];
    for await (const row of kefu.changes(BUYER, { limit: 2 })) followed.push(row);
    const exported = [];
    for await (const row of kefu.exportRows(BUYER)) exported.push(row);
    expect(exported).toEqual(followed);
    expect(followed.map((row) => row.ok && row.value.kind)).toEqual(["in", "out", "session", "sent", "out", "sent"]);

    const conversation = await kefu.conversation(BUYER);
    expect(conversation).toMatchObject({
      ok: true,
      value: { window: { status: "open", grant: "message", remaining: 3 } },
    });
    expect(await kefu.typing(BUYER)).toEqual({ ok: true, value: undefined });
    expect(await kefu.erase(BUYER)).toEqual({ ok: true, value: undefined });
    expect(await kefu.messages(BUYER)).toMatchObject({ ok: false, error: { code: "conversation_not_found" } });
  });

  it("replaces settings only with the version that was read, uploads pictures, and gets refusals with facts", async ({
    expect,
  }) => {
    const kefu = createKefuClient({ baseUrl: stack.workerUrl, apiKey: LOCAL_API_KEY });
    const read = await kefu.settings();
    if (!read.ok) throw new Error(read.error.code);
    const { settings, etag } = read.value;
    const { defaults } = settings;
    expect(await kefu.putSettings({ defaults: { ...defaults, rules: [] } }, etag)).toMatchObject({ ok: true });
    const late = await kefu.putSettings(settings, etag);
    expect(late).toMatchObject({ ok: false, error: { code: "version_mismatch", status: 412 } });
    const bad = await kefu.putSettings({ defaults: { ...defaults, timeZone: "Mars/Olympus" } }, "*");
    expect(bad).toMatchObject({
      error: { code: "invalid_settings", facts: { problems: [{ path: "defaults.timeZone" }] } },
    });

    const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const uploaded = await kefu.uploadImage(png, "image/png");
    if (!uploaded.ok) throw new Error(uploaded.error.code);
    expect(await kefu.downloadMedia(uploaded.value.mediaId)).toMatchObject({ ok: true, value: { bytes: png } });
    expect(await kefu.quarantine()).toEqual({ ok: true, value: { entries: [] } });
    const message = await kefu.message("nobody");
    expect(message).toMatchObject({ error: { code: "message_not_found", status: 404, facts: {} } });
    const stranger = createKefuClient({ baseUrl: stack.workerUrl, apiKey: "not-a-key-of-this-worker" });
    expect(await stranger.settings()).toMatchObject({ error: { code: "unauthorized", status: 401 } });
  });
});
