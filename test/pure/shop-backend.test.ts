import { Webhook } from "standardwebhooks";
import { describe, it } from "vitest";
import type { KefuClient, Outbound, Result, Accepted } from "../../client/index.ts";
import { unreachable } from "../../client/problem.ts";
import { createShop } from "../../examples/shop-backend/app.ts";
import { sampleOrders } from "../../examples/shop-backend/orders.ts";

const SECRET = "whsec_ZWRnZS1rZWZ1LXRlc3RzLXdlYmhvb2stc2VjcmV0ISE=";
const PARCEL = { carrier: "中通快递", trackingNumber: "ZT42" };
const WINDOW = { status: "open", grant: "message", remaining: 4, expiresAt: null, doubtful: false } as const;
const TAKEN: Result<Accepted> = { ok: true, value: { id: "m-1", state: "sending", window: WINDOW } };
const CLOSED: Result<Accepted> = {
  ok: false,
  error: { code: "window_closed", status: 409, title: "关 / closed", detail: "等 / wait", facts: {} },
};

const ASKED_BY_BUYER = { headers: { "x-openid": "oBuyer" } };

function open(answer: Result<Accepted>) {
  const sent: [string, Outbound, string | undefined][] = [];
  const send: KefuClient["send"] = async (openid, message, options) => {
    sent.push([openid, message, options?.idempotencyKey]);
    return answer;
  };
  const events: string[] = [];
  const shop = createShop({
    kefu: { send },
    orders: sampleOrders("oBuyer"),
    webhookSecret: SECRET,
    onEvent: (type, openid) => events.push(openid === undefined ? type : `${type} ${openid}`),
  });
  const ship = (id: string, body: unknown = PARCEL) =>
    shop.request(`/orders/${id}/ship`, { method: "POST", body: JSON.stringify(body) });
  return { shop, ship, sent, events };
}

describe("the sample shop", () => {
  it("shows an order only to its buyer, without the buyer's id", async ({ expect }) => {
    const response = await open(TAKEN).shop.request("/orders/1001", ASKED_BY_BUYER);
    expect(await response.json()).toEqual({
      id: "1001",
      status: "已发货",
      carrier: "顺丰速运",
      trackingNumber: "SF1234567890123",
    });
    for (const headers of [{ "x-openid": "oAnother" }, {}]) {
      expect((await open(TAKEN).shop.request("/orders/1001", { headers })).status).toBe(404);
    }
    expect((await open(TAKEN).shop.request("/orders/9", ASKED_BY_BUYER)).status).toBe(404);
  });

  it("notifies the buyer that the order is shipped, with a key derived from the order", async ({ expect }) => {
    const { shop, ship, sent } = open(TAKEN);
    const response = await ship("1002");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      order: { id: "1002", status: "已发货", ...PARCEL },
      notified: true,
      messageId: "m-1",
    });
    const content = "您的订单已发货。订单 1002，中通快递单号 ZT42。";
    expect(sent).toEqual([["oBuyer", { type: "text", content }, "order-1002-shipped"]]);
    expect(await (await shop.request("/orders/1002", ASKED_BY_BUYER)).json()).toMatchObject({
      status: "已发货",
      ...PARCEL,
    });
  });

  it("repeats the same text when shipping is repeated with another parcel", async ({ expect }) => {
    const { ship, sent } = open(TAKEN);
    await ship("1002");
    await ship("1002", { carrier: "别家", trackingNumber: "X" });
    expect(sent[1]).toEqual(sent[0]);
  });

  it("ships all the same when the window is closed, and answers 409 with the reason", async ({ expect }) => {
    const { shop, ship } = open(CLOSED);
    const response = await ship("1002");
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({
      order: { status: "已发货" },
      notified: false,
      code: "window_closed",
      reason: expect.stringContaining("48 小时"),
    });
    expect(await (await shop.request("/orders/1002", ASKED_BY_BUYER)).json()).toMatchObject({ status: "已发货" });
  });

  it("answers 502 when edge-kefu did not answer, so that the call may be repeated", async ({ expect }) => {
    const response = await open({ ok: false, error: unreachable(4) }).ship("1002");
    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({ notified: false, code: "unreachable" });
  });

  it.for([
    ["9", PARCEL, 404],
    ["1002", {}, 422],
    ["1002", { carrier: "", trackingNumber: "X" }, 422],
    ["1002", null, 422],
  ] as const)("refuses to ship %s with %j: %i, and sends nothing", async ([id, body, status], { expect }) => {
    const { ship, sent } = open(TAKEN);
    expect((await ship(id, body)).status).toBe(status);
    expect(sent).toEqual([]);
  });
});

describe("the sample shop's webhook", () => {
  const post = (
    shop: ReturnType<typeof open>["shop"],
    event: unknown,
    { id = "evt-1", at = new Date(), secret = SECRET } = {},
  ) => {
    const body = JSON.stringify(event);
    const headers = {
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      "webhook-signature": new Webhook(secret).sign(id, at, body),
    };
    return shop.request("/webhooks/kefu", { method: "POST", body, headers });
  };
  const question = (openid: string, content: string) => ({
    type: "message.answer",
    data: {
      channel: "mini-program",
      account: "wx1",
      user: openid,
      ruleId: "orders",
      inbound: { event: "message", type: "text", content },
    },
  });
  const event = { type: "message.received", data: { user: "oBuyer", row: {} } };

  it("answers the buyer's question about the order", async ({ expect }) => {
    const answer = await post(open(TAKEN).shop, question("oBuyer", "订单 1001 到哪了"));
    expect(await answer.json()).toEqual({
      messages: [{ type: "text", content: "订单 1001：已发货，顺丰速运单号 SF1234567890123。" }],
    });
  });

  it("answers for another user's order as for one that does not exist", async ({ expect }) => {
    const { shop } = open(TAKEN);
    const others = await (await post(shop, question("oStranger", "订单 1001 到哪了"))).text();
    const none = await (await post(shop, question("oStranger", "订单 1009 到哪了"))).text();
    expect(others.replace("1001", "1009")).toBe(none);
  });

  it("leaves what it cannot answer to the next rule", async ({ expect }) => {
    const answer = await post(open(TAKEN).shop, question("oBuyer", "你好"));
    expect([answer.status, await answer.json()]).toEqual([200, {}]);
  });

  it("handles each event once, for any number of deliveries", async ({ expect }) => {
    const { shop, events } = open(TAKEN);
    for (const id of ["evt-1", "evt-1", "evt-2"]) expect((await post(shop, event, { id })).status).toBe(200);
    expect(events).toEqual(["message.received oBuyer", "message.received oBuyer"]);
  });

  it("accepts an event that belongs to no user", async ({ expect }) => {
    const { shop, events } = open(TAKEN);
    const about = { channel: "mini-program", account: "wx1", event: { name: "wxa_punish_event" } };
    expect((await post(shop, { type: "account.event", data: about })).status).toBe(200);
    expect(events).toEqual(["account.event"]);
  });

  it("ignores forged and old events", async ({ expect }) => {
    const { shop, events } = open(TAKEN);
    const forged = await post(shop, event, { secret: "whsec_Zm9yZ2VkLWZvcmdlZC1mb3JnZWQtZm9yZ2VkISE=" });
    const old = await post(shop, event, { at: new Date(Date.now() - 6 * 60_000) });
    const bare = await shop.request("/webhooks/kefu", { method: "POST", body: JSON.stringify(event) });
    expect([forged.status, old.status, bare.status]).toEqual([401, 401, 401]);
    expect(events).toEqual([]);
  });

  it("reports a signed body that is not an event", async ({ expect }) => {
    expect((await post(open(TAKEN).shop, { hello: 1 })).status).toBe(422);
  });
});
