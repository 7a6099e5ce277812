/**
 * Your own code. `onMessage` and `onEnter` run before the rules of the settings: they may reply, hand over to an agent,
 * or stay silent; if they do nothing, the rules apply.
 *
 * They run in the Worker before a push is stored, run again for each repeat of the push, and have a time limit of 1.5
 * seconds: they should read data and not change any. An exception is logged and the rules apply. `onEvent` is for
 * events that belong to no user.
 *
 * The handler shipped here answers "订单 1001" from an order source: set ORDERS_URL to an address that answers GET
 * /orders/:id with {"id", "status", "carrier"?, "trackingNumber"?}. The header x-openid names the user: answer 404 for
 * another user's order, otherwise every user can read it by guessing its number. Without ORDERS_URL the handler does
 * nothing.
 */
import * as v from "valibot";
import type { EnterAction, UserMessage } from "../../shared/message/inbound.ts";
import { plainText } from "../../shared/text/links.ts";
import type {
  EnterHandlerContext,
  EventHandlerContext,
  HandledAccountEvent,
  MessageHandlerContext,
} from "../automation/handler-context.ts";

const ORDER_NUMBER = /订单(?:号)?\s*(?:[:：#]\s*)?(\d{1,20})/;

const OrderSchema = v.object({
  id: v.string(),
  status: v.string(),
  carrier: v.optional(v.string()),
  trackingNumber: v.optional(v.string()),
});

/** Called when a user sends a message of a known type, such as a text, a picture or a card. */
export async function onMessage(message: UserMessage, ctx: MessageHandlerContext): Promise<void> {
  const source = ctx.env.ORDERS_URL;
  const number = message.type === "text" ? ORDER_NUMBER.exec(message.content)?.[1] : undefined;
  if (number === undefined || source === "") return;
  const headers = { "x-openid": ctx.user };
  const response = await fetch(`${source}/orders/${number}`, { headers, signal: ctx.signal });
  if (response.status === 404) return ctx.reply(`没有找到订单 ${number}，请核对订单号。`);
  if (!response.ok) throw new Error(`ORDERS_URL answered with status ${response.status}`);
  const order = v.parse(OrderSchema, await response.json());
  const parcel = order.trackingNumber === undefined ? "" : `，${order.carrier ?? "快递"}单号 ${order.trackingNumber}`;
  // An order's text may contain a user's words: sent as text, never as a link.
  return ctx.reply(plainText(`订单 ${order.id}：${order.status}${parcel}。`));
}

/**
 * Called when a user opens the chat from a contact button; `ctx.context` contains the page's context. If this function
 * does nothing, the greeting of the settings is sent.
 */
export async function onEnter(_event: EnterAction, _ctx: EnterHandlerContext): Promise<void> {}

/**
 * Called when an event arrives that belongs to no user: of another product, of the mini program as a whole, or with an
 * unknown name. The event is already stored and acknowledged; this function runs once, with a time limit of 10 seconds.
 * It returns nothing; an exception is logged.
 */
export async function onEvent(_event: HandledAccountEvent, _ctx: EventHandlerContext): Promise<void> {}
