/**
 * What edge-kefu tells the shop: webhooks, signed by the Standard Webhooks scheme and checked by its library. Two kinds
 * arrive at one address: questions (`message.answer`, a rule asks what to say) and events (something happened).
 */
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import * as v from "valibot";
import type { Outbound } from "../../client/index.ts";
import type { Order, Orders } from "./orders.ts";

/** An `account.event` belongs to no user. */
const EventSchema = v.object({ type: v.string(), data: v.object({ user: v.optional(v.string()) }) });
const QuestionSchema = v.object({
  type: v.literal("message.answer"),
  data: v.object({ user: v.string(), inbound: v.object({ content: v.optional(v.string(), "") }) }),
});

/** How many webhook-ids are remembered; edge-kefu repeats within minutes to days, a shop with more keeps them in its database. */
const REMEMBERED = 1_000;

/** What to answer: a status, and for a question what to say. An empty object leaves it to the next rule. */
export interface WebhookReply {
  readonly status: 200 | 401 | 422;
  readonly body: { readonly messages?: readonly Outbound[]; readonly error?: string };
}

/** The part of a request that is signed, and its headers. */
export interface WebhookRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Creates the receiver.
 *
 * @param secret the worker's WEBHOOK_SECRET (`whsec_…`)
 * @param orders where answers are looked up; nothing is changed
 * @param onEvent takes each event once, in order for one user; `openid` is undefined for an event of the account
 */
export function createWebhookReceiver(
  secret: string,
  orders: Orders,
  onEvent: (type: string, openid: string | undefined) => void,
): (request: WebhookRequest) => WebhookReply {
  const webhook = new Webhook(secret);
  const seen = new Set<string>();

  return ({ body, headers }) => {
    const payload = verify(webhook, body, headers);
    if (payload === undefined)
      return { status: 401, body: { error: "the signature is wrong, or older than 5 minutes" } };
    const question = v.safeParse(QuestionSchema, payload);
    if (question.success) return { status: 200, body: answer(orders, question.output.data) };
    const event = v.safeParse(EventSchema, payload);
    if (!event.success) return { status: 422, body: { error: "this is no event of edge-kefu's" } };
    if (remember(seen, headers["webhook-id"] ?? "")) onEvent(event.output.type, event.output.data.user);
    return { status: 200, body: {} };
  };
}

/** The payload, if edge-kefu signed it just now. */
function verify(webhook: Webhook, body: string, headers: WebhookRequest["headers"]): unknown {
  try {
    return webhook.verify(body, { ...headers });
  } catch (error) {
    if (error instanceof WebhookVerificationError) return undefined;
    throw error;
  }
}

/** Whether an id is new. Delivery is at least once: a repeat has the same id. */
function remember(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  const [oldest] = seen;
  if (seen.size >= REMEMBERED && oldest !== undefined) seen.delete(oldest);
  seen.add(id);
  return true;
}

/** The user's own orders; somebody else's number is answered like one that does not exist. */
function answer(orders: Orders, { user, inbound }: v.InferOutput<typeof QuestionSchema>["data"]): WebhookReply["body"] {
  const number = /\d{1,20}/.exec(inbound.content)?.[0];
  if (number === undefined) return {};
  const order = orders.get(number);
  const content = order?.openid === user ? describe(order) : `没有找到订单 ${number}，请核对订单号。`;
  return { messages: [{ type: "text", content }] };
}

function describe({ id, status, carrier, trackingNumber }: Order): string {
  const parcel = trackingNumber === undefined ? "" : `，${carrier ?? "快递"}单号 ${trackingNumber}`;
  // What an order says may be a customer's words: a full-width ＜ begins no link.
  return `订单 ${id}：${status}${parcel}。`.replaceAll("<", "＜");
}
