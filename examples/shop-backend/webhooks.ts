/**
 * Receives edge-kefu's webhooks, signed by the Standard Webhooks scheme and verified by its library. Two kinds arrive
 * at one URL: questions (`message.answer`: a rule requests an answer for a user) and events.
 */
import { Webhook, WebhookVerificationError } from "standardwebhooks";
import * as v from "valibot";
import type { Outbound } from "../../client/index.ts";
import type { Order, Orders } from "./orders.ts";

/** An event; `user` is absent for an `account.event`, which belongs to no user. */
const EventSchema = v.object({ type: v.string(), data: v.object({ user: v.optional(v.string()) }) });
const QuestionSchema = v.object({
  type: v.literal("message.answer"),
  data: v.object({ user: v.string(), inbound: v.object({ content: v.optional(v.string(), "") }) }),
});

/**
 * The number of webhook-ids kept in memory to recognise repeats. edge-kefu may repeat a delivery after minutes or days:
 * a shop with more events must store the ids in its database.
 */
const REMEMBERED = 1_000;

/** The response: for a question, `messages` for the user; an empty body leaves the answer to the next rule. */
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
 * @param orders searched for answers, not changed
 * @param onEvent called once for each event, in order for one user; `openid` is undefined for an event of the account
 * @returns a function that answers one request: 401 for a wrong or expired signature, 422 for an unknown payload
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
      return { status: 401, body: { error: "the signature is wrong or was made more than 5 minutes ago" } };
    const question = v.safeParse(QuestionSchema, payload);
    if (question.success) return { status: 200, body: answer(orders, question.output.data) };
    const event = v.safeParse(EventSchema, payload);
    if (!event.success) return { status: 422, body: { error: "the body is not an event of edge-kefu" } };
    if (remember(seen, headers["webhook-id"] ?? "")) onEvent(event.output.type, event.output.data.user);
    return { status: 200, body: {} };
  };
}

/** Returns the payload; undefined when its signature is wrong or its timestamp is more than 5 minutes from now. */
function verify(webhook: Webhook, body: string, headers: WebhookRequest["headers"]): unknown {
  try {
    return webhook.verify(body, { ...headers });
  } catch (error) {
    if (error instanceof WebhookVerificationError) return undefined;
    throw error;
  }
}

/**
 * Stores an id, and drops the oldest of more than 1,000.
 *
 * @returns whether it is new: a repeated delivery has the same id
 */
function remember(seen: Set<string>, id: string): boolean {
  if (seen.has(id)) return false;
  const [oldest] = seen;
  if (seen.size >= REMEMBERED && oldest !== undefined) seen.delete(oldest);
  seen.add(id);
  return true;
}

/**
 * Answers a question that contains an order number, otherwise leaves it to the next rule. The order of another user is
 * answered like one that does not exist.
 */
function answer(orders: Orders, { user, inbound }: v.InferOutput<typeof QuestionSchema>["data"]): WebhookReply["body"] {
  const number = /\d{1,20}/.exec(inbound.content)?.[0];
  if (number === undefined) return {};
  const order = orders.get(number);
  const content = order?.openid === user ? describe(order) : `没有找到订单 ${number}，请核对订单号。`;
  return { messages: [{ type: "text", content }] };
}

function describe({ id, status, carrier, trackingNumber }: Order): string {
  const parcel = trackingNumber === undefined ? "" : `，${carrier ?? "快递"}单号 ${trackingNumber}`;
  // The fields of an order may contain text of a customer; a full-width ＜ cannot begin a link.
  return `订单 ${id}：${status}${parcel}。`.replaceAll("<", "＜");
}
