/**
 * A minimal back end of a shop, with Hono: answers the order queries of `worker/custom/handlers.ts` (a user writes
 * 订单 1001), receives edge-kefu's webhooks, and notifies the buyer when an order is shipped. Only webhooks are
 * authenticated, by their signature; all other routes are open, so it must not be reachable from other networks.
 */
import { Hono } from "hono";
import * as v from "valibot";
import type { Failure, KefuClient } from "../../client/index.ts";
import { ship, type Order, type Orders } from "./orders.ts";
import { createWebhookReceiver } from "./webhooks.ts";

const text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(64));
const ParcelSchema = v.object({ carrier: text, trackingNumber: text });

/** Whether the buyer was notified; if not, why. */
type Notice =
  | { readonly notified: true; readonly messageId: string }
  | { readonly notified: false; readonly code: Failure["code"]; readonly reason: string };

/** The dependencies of the shop. */
export interface ShopParts {
  /** The client of edge-kefu. */
  readonly kefu: Pick<KefuClient, "send">;
  /** Changed when an order is shipped. */
  readonly orders: Orders;
  /**
   * Whether an order is shown to every user and not only to its buyer; for a demo, where every user is new. Default
   * false.
   */
  readonly isOpenToAll?: boolean;
  /** The worker's WEBHOOK_SECRET. */
  readonly webhookSecret: string;
  /** Called once for each event of edge-kefu; the openid is undefined for an event that belongs to no user. */
  readonly onEvent: (type: string, openid: string | undefined) => void;
}

/** Creates the app. */
export function createShop({ kefu, orders, isOpenToAll = false, webhookSecret, onEvent }: ShopParts): Hono {
  const shop = new Hono();
  const receive = createWebhookReceiver(webhookSecret, orders, onEvent);

  shop.post("/webhooks/kefu", async (c) => {
    // The body is read as text and not parsed, because the signature is computed over its bytes.
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
    if (!parcel.success) return c.json({ error: "carrier and trackingNumber must have 1 to 64 characters" }, 422);
    const shipped = ship(orders, order, parcel.output);
    const notice = await tellBuyer(kefu, shipped);
    // The order is shipped in any case; the status shows whether the buyer was notified.
    return c.json({ order: show(shipped), ...notice }, notice.notified ? 200 : statusOf(notice.code));
  });

  return shop;
}

/**
 * Sends the buyer a message. The idempotency key is derived from the order, so a repeated request, also after a crash,
 * sends no second message.
 */
async function tellBuyer(kefu: Pick<KefuClient, "send">, order: Required<Order>): Promise<Notice> {
  const content = `您的订单已发货。订单 ${order.id}，${order.carrier}单号 ${order.trackingNumber}。`;
  const idempotencyKey = `order-${order.id}-shipped`;
  const sent = await kefu.send(order.openid, { type: "text", content }, { idempotencyKey });
  if (sent.ok) return { notified: true, messageId: sent.value.id };
  return { notified: false, code: sent.error.code, reason: explain(sent.error) };
}

/** Returns why the buyer was not notified, as a text for the shop's staff. */
function explain(failure: Failure): string {
  switch (failure.code) {
    case "window_closed":
      return "买家没有收到通知：48 小时内没有联系过客服，微信不允许发送 / not notified: the buyer has not written within 48 hours, so WeChat allows no message";
    case "quota_used":
      return "买家没有收到通知：可回复的条数已用完，等买家再发一条消息 / not notified: the replies that WeChat allows are used up until the buyer writes again";
    default:
      return `${failure.title}: ${failure.detail}`;
  }
}

/**
 * Returns 409 when WeChat allows no message now, so a repeat does not help; 502 for any other failure: repeat the
 * request.
 */
function statusOf(code: Failure["code"]): 409 | 502 {
  return code === "window_closed" || code === "quota_used" ? 409 : 502;
}

/** Returns an order without the buyer's openid. */
function show({ openid: _openid, ...order }: Order): Omit<Order, "openid"> {
  return order;
}
