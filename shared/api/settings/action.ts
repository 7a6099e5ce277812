/**
 * The answers a team may set: their shape, and whether WeChat would accept them (limits of
 * `shared/message/channel-rules.ts`). An answer that could never be sent is refused when the settings are stored.
 */
import * as v from "valibot";
import { MINI_PROGRAM_RULES } from "../../message/channel-rules.ts";
import { checkOutbound, OutboundSchema, type Outbound } from "../../message/outbound.ts";
import { splitText, type SplitProblem } from "../../text/split.ts";
import { problemWithCure } from "./problems.ts";
import { findTemplateProblems, hasPlaceholder, renderLongest, type TemplateField } from "./template.ts";
import { WebhookIdSchema } from "./webhooks.ts";

const MAX_MESSAGES = 5;

const ANSWERS = [
  v.strictObject({ type: v.literal("reply"), messages: messagesSchema("message") }),
  v.strictObject({ type: v.literal("handover") }),
  v.strictObject({ type: v.literal("silent") }),
] as const;

/** The last resort when no rule answers: it must not depend on another server. */
export const AnswerSchema = v.variant("type", ANSWERS);

/** The answer to a message: messages, a handover to WeChat's own agents, no answer, or the answer of a webhook. */
export const ActionSchema = v.variant("type", [
  ...ANSWERS,
  v.strictObject({ type: v.literal("webhook"), webhookId: WebhookIdSchema }),
]);

/** The messages of one answer, checked for where they are used. */
export function messagesSchema(place: TemplateField) {
  const { grants, greetingGrant } = MINI_PROGRAM_RULES;
  const most = grants[place === "greeting" ? greetingGrant : "message"]?.count ?? 0;
  const message = v.pipe(
    OutboundSchema,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const { field, message } of findMessageProblems(dataset.value, place)) {
        addIssue({
          message,
          path: [{ type: "object", origin: "value", input: { ...dataset.value }, key: field, value: field }],
        });
      }
    }),
  );
  return v.pipe(
    v.array(message),
    v.minLength(1, problemWithCure("has no message", 'add a message, or use the action "silent"')),
    v.maxLength(MAX_MESSAGES, problemWithCure(`has more than ${MAX_MESSAGES} messages`, "remove some")),
    // WECHAT.md §4.4: what one action of the user allows. An answer with more messages would never be sent.
    v.check(
      (messages) => countParts(messages) <= most,
      problemWithCure(
        `may become more than ${most} messages when long texts are split`,
        `shorten it: WeChat allows ${most} here`,
      ),
    ),
  );
}

/** A problem of one message, at one of its fields. */
interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** The problems of a message with the channel's limits, its variables and the splitting. */
function findMessageProblems(message: Outbound, place: TemplateField): FieldProblem[] {
  if (message.type !== "text") {
    return Object.entries(message)
      .filter(([, value]) => hasPlaceholder(value))
      .map(([field]) => ({
        field,
        message: problemWithCure("contains a variable, which only texts may have", "remove the {{…}}, or send a text"),
      }));
  }
  const found = findTemplateProblems(message.content, place);
  const checked = checkOutbound(message, MINI_PROGRAM_RULES);
  if (!checked.ok) found.push(problemWithCure(checked.error.message, "shorten the text"));
  const split = splitLongest(message.content);
  if (checked.ok && !split.ok) found.push(describeSplit(split.error));
  return found.map((problem) => ({ field: "content", message: problem }));
}

/** The text with its variables at their longest, split as it would be sent. */
function splitLongest(content: string) {
  const { limit, unit, maxParts } = MINI_PROGRAM_RULES.text;
  return splitText(renderLongest(content), limit, unit, maxParts);
}

/** The largest number of messages WeChat would count. A text that cannot be split is reported separately. */
function countParts(messages: readonly Outbound[]): number {
  let parts = 0;
  for (const message of messages) {
    const split = message.type === "text" ? splitLongest(message.content) : undefined;
    parts += split?.ok === true ? split.value.length : 1;
  }
  return parts;
}

function describeSplit(problem: SplitProblem): string {
  if (problem.reason === "too_many_parts") {
    const { actual, limit } = problem;
    return problemWithCure(
      `may need ${actual} messages with its variables filled, more than ${limit}`,
      "shorten the text",
    );
  }
  const size = `${problem.actual} ${problem.unit}, more than one message holds (${problem.limit})`;
  return problemWithCure(`has a link <a …>…</a> of ${size}`, "shorten the link or its text");
}
