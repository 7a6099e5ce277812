/**
 * A shop's back end, as small as it can be, with Hono: it answers what `worker/custom/handlers.ts` asks when a user writes
 * 订单 1001, hears edge-kefu's webhooks, and tells the buyer when an order is shipped. Only webhooks prove who sends
 * them; nobody else is asked who he is: keep it on your own network.
 */
import { Hono } from "hono";
import * as v from "valibot";
import type { Failure, KefuClient } from "../../client/index.ts";
import { ship, type Order, type Orders } from "./orders.ts";
import { createWebhookReceiver } from "./webhooks.ts";

const text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64));
const ParcelSchema = v.object({ carrier: text, trackingNumber: text });

/** What the buyer got to know. */
type Notice =
  | { readonly notified: true; readonly messageId: string }
  | { readonly notified: false; readonly code: Failure["code"]; readonly reason: string };

/** What the shop works with. */
export interface ShopParts {
  /** The client of edge-kefu. */
  readonly kefu: Pick<KefuClient, "send">;
  /** Changed when an order is shipped. */
  readonly orders: Orders;
  /** For playing, where every user is new: an order is shown to whoever asks, not to its buyer alone. */
  readonly isOpenToAll?: boolean;
  /** The worker's WEBHOOK_SECRET. */
  readonly webhookSecret: string;
  /** Takes each event of edge-kefu's once; without an openid when it belongs to no user. */
  readonly onEvent: (type: string, openid: string | undefined) => void;
}

/** Creates the app. */
export function createShop({ kefu, orders, isOpenToAll = false, webhookSecret, onEvent }: ShopParts): Hono {
  const shop = new Hono();
  const receive = createWebhookReceiver(webhookSecret, orders, onEvent);

  shop.post("/webhooks/kefu", async (c) => {
    // The text as it came: a signature is over bytes, not over what JSON means.
    const { status, body } = receive({ body: await c.req.text(), headers: c.req.header() });
    return c.json(body, status);
  });

  shop.get("/orders/:id", (c) => {
    const order = orders.get(c.req.param("id"));
    const isTheirs = isOpenToAll || order?.openid === c.req.header("x-openid");
    return order === undefined || !isTheirs ? c.json({ error: "no such order" }, 404) : c.json(show(order));
  });

  shop.post("/orders/:id/ship", async (c) => {
    const order = orders.get(c.req.param("id"));
    if (order === undefined) return c.json({ error: "no such order" }, 404);
    const parcel = v.safeParse(ParcelSchema, await c.req.json().catch(() => undefined));
    if (!parcel.success) return c.json({ error: "carrier and trackingNumber must be texts of 1 to 64" }, 422);
    const shipped = ship(orders, order, parcel.output);
    const notice = await tellBuyer(kefu, shipped);
    // The parcel is on its way in any case; the status says whether the buyer knows.
    return c.json({ order: show(shipped), ...notice }, notice.notified ? 200 : statusOf(notice.code));
  });

  return shop;
}

/** Writes to the buyer. The key is the order's: shipping it again, or after a crash, does not tell him twice. */
async function tellBuyer(kefu: Pick<KefuClient, "send">, order: Required<Order>): Promise<Notice> {
  const content = `您的订单已发货。订单 ${order.id}，${order.carrier}单号 ${order.trackingNumber}。`;
  const idempotencyKey = `order-${order.id}-shipped`;
  const sent = await kefu.send(order.openid, { type: "text", content }, { idempotencyKey });
  if (sent.ok) return { notified: true, messageId: sent.value.id };
  return { notified: false, code: sent.error.code, reason: explain(sent.error) };
}

/** What the shop can do about it. */
function explain(failure: Failure): string {
  switch (failure.code) {
    case "window_closed":
      return "买家没有收到通知：48 小时内没有联系过客服，微信不允许发送 / not told: the buyer has not written within 48 hours, WeChat allows no message";
    case "quota_used":
      return "买家没有收到通知：可回复的条数已用完，等买家再发一条消息 / not told: the replies WeChat allows are used up until the buyer writes again";
    default:
      return `${failure.title}: ${failure.detail}`;
  }
}

/** 409: WeChat allows no message now, repeating does not help. 502: edge-kefu did not take it, repeat the request. */
function statusOf(code: Failure["code"]): 409 | 502 {
  return code === "window_closed" || code === "quota_used" ? 409 : 502;
}

/** An order as others see it: not whose it is. */
function show({ openid: _openid, ...order }: Order): Omit<Order, "openid"> {
  return order;
}
