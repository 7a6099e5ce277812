/**
 * Your own code. `onMessage` and `onEnter` run before the rules of the settings: they may reply, hand over to
 * WeChat's own agents, keep silent, or do nothing, and then the rules go on.
 *
 * They run in the Worker before a push is stored, again for each repeat of it, and have 1.5 seconds: look things
 * up, do not change anything. An exception is logged and the rules go on. `onEvent` is for events that are no user's.
 *
 * The one shipped here answers "订单 1001" from an order source: set ORDERS_URL to an address that answers
 * GET /orders/:id with {"id", "status", "carrier"?, "trackingNumber"?}. Who asks stands in the header x-openid: answer
 * 404 for another's order, or anybody reads it by guessing its number. Without ORDERS_URL it does nothing.
 */
import * as v from "valibot";
import type { AccountEvent } from "../../shared/message/account-event.ts";
import type { EnterEvent, UserMessage } from "../../shared/message/inbound.ts";
import { plainText } from "../../shared/text/links.ts";
import type { EventHandlerContext, EnterHandlerContext, MessageHandlerContext } from "../automation/handler-context.ts";

const ORDER_NUMBER = /订单(?:号)?\s*(?:[:：#]\s*)?(\d{1,20})/;

const OrderSchema = v.object({
  id: v.string(),
  status: v.string(),
  carrier: v.optional(v.string()),
  trackingNumber: v.optional(v.string()),
});

/** A user wrote, sent a picture or a card. */
export async function onMessage(message: UserMessage, ctx: MessageHandlerContext): Promise<void> {
  const source = ctx.env.ORDERS_URL;
  const number = message.kind === "text" ? ORDER_NUMBER.exec(message.content)?.[1] : undefined;
  if (number === undefined || source === "") return;
  const headers = { "x-openid": ctx.openid };
  const response = await fetch(`${source}/orders/${number}`, { headers, signal: ctx.signal });
  if (response.status === 404) return ctx.reply(`没有找到订单 ${number}，请核对订单号。`);
  if (!response.ok) throw new Error(`the order source answered ${response.status}`);
  const order = v.parse(OrderSchema, await response.json());
  const parcel = order.trackingNumber === undefined ? "" : `，${order.carrier ?? "快递"}单号 ${order.trackingNumber}`;
  // What an order says may be a user's words: text, never a link.
  return ctx.reply(plainText(`订单 ${order.id}：${order.status}${parcel}。`));
}

/**
 * A user opened the chat from a contact button; `ctx.context` says on which page. The greeting of the settings follows
 * when this does nothing.
 */
export async function onEnter(_event: EnterEvent, _kefu: EnterHandlerContext): Promise<void> {}

/**
 * An event arrived that is no user's: of another product, of the mini program as a whole, or with a name that is not known.
 * It is stored and answered before; this runs once and has 10 seconds. Returns nothing; an exception is logged.
 */
export async function onEvent(_event: AccountEvent, _kefu: EventHandlerContext): Promise<void> {}
