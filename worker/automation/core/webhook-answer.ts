/**
 * Parses the answer of an endpoint to a webhook question. Each message in it is validated like every outbound message.
 */
import * as v from "valibot";
import { readJsonText } from "../../../shared/base/json-text.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { parseOutbound, type Outbound } from "../../../shared/message/outbound.ts";

/** The answer: what to do with the message. */
export type WebhookAnswer =
  | { readonly type: "reply"; readonly messages: readonly Outbound[] }
  | { readonly type: "handover" }
  | { readonly type: "silent" };

/** Why an answer cannot be used. */
export type AnswerProblem =
  | { readonly reason: "not_json" | "not_an_answer" }
  /** The platform would refuse a message; `problem` is the reason, without the message's text. */
  | { readonly reason: "bad_message"; readonly problem: string };

const MAX_MESSAGES = 5;
/** The limits of an answer's JSON; a valid answer has a depth of 3 and about 30 values. */
const LIMITS = { maxDepth: 8, maxCommas: 1_000 };

const AnswerSchema = v.union([
  v.strictObject({ messages: v.pipe(v.array(v.unknown()), v.maxLength(MAX_MESSAGES)) }),
  v.strictObject({ handover: v.literal(true) }),
  v.strictObject({ silent: v.literal(true) }),
  v.strictObject({}),
]);

/**
 * Parses an answer.
 *
 * @param text the body of the response
 * @param rules the rules of the channel of the account that answers
 * @param account the account's id in the channel, as in `parseOutbound`
 * @param prepare changes each message before it is validated; default: no change
 * @returns the answer; undefined when the endpoint has none, so that the next rule applies; or why it cannot be used
 */
export function parseWebhookAnswer(
  text: string,
  rules: ChannelRules,
  account: string,
  prepare: (message: unknown) => unknown = (message) => message,
): Result<WebhookAnswer | undefined, AnswerProblem> {
  if (text.trim() === "") return ok(undefined);
  const json = readJsonText(text, LIMITS);
  if (!json.ok) return err({ reason: "not_json" });
  const parsed = v.safeParse(AnswerSchema, json.value);
  // valibot accepts an array as an object without fields.
  if (!parsed.success || Array.isArray(json.value)) return err({ reason: "not_an_answer" });
  const answer = parsed.output;
  if ("handover" in answer) return ok({ type: "handover" });
  if ("silent" in answer) return ok({ type: "silent" });
  if (!("messages" in answer) || answer.messages.length === 0) return ok(undefined);
  const messages: Outbound[] = [];
  for (const input of answer.messages) {
    const message = parseOutbound(prepare(input), rules, account);
    // The name of an unknown field is not returned, because the endpoint chose it and it may contain anything.
    if (!message.ok) return err({ reason: "bad_message", problem: message.error.message });
    messages.push(message.value);
  }
  return ok({ type: "reply", messages });
}
