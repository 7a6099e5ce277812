/**
 * The answers that a team may configure: their structure and variables. Whether an account can send them depends on its
 * channel and is checked when settings are stored (`message-checks.ts`).
 */
import * as v from "valibot";
import { OutboundSchema, type Outbound } from "../../message/outbound.ts";
import { problemWithCure } from "./problems.ts";
import { findTemplateProblems, hasPlaceholder, type TemplateField } from "./template.ts";
import { WebhookIdSchema } from "./webhooks.ts";

const MAX_MESSAGES = 5;

const ANSWERS = [
  v.strictObject({ type: v.literal("reply"), messages: messagesSchema("message") }),
  v.strictObject({ type: v.literal("handover") }),
  v.strictObject({ type: v.literal("silent") }),
] as const;

/** The answer when no rule matches; it must not depend on another server. */
export const AnswerSchema = v.variant("type", ANSWERS);

/**
 * The answer to a message: messages, a handover to the platform's own agents, no answer, or the answer of a webhook.
 */
export const ActionSchema = v.variant("type", [
  ...ANSWERS,
  v.strictObject({ type: v.literal("webhook"), webhookId: WebhookIdSchema }),
]);

/**
 * Returns the schema of the 1 to 5 messages of one answer.
 *
 * @param place where they are used, which decides the allowed variables
 */
export function messagesSchema(place: TemplateField) {
  const message = v.pipe(
    OutboundSchema,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const { field, message } of findVariableProblems(dataset.value, place)) {
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
  );
}

/** A problem of one field of a message. */
interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** Finds the problems of a message's variables: only texts may contain variables, and only known ones. */
function findVariableProblems(message: Outbound, place: TemplateField): FieldProblem[] {
  if (message.type === "text") {
    return findTemplateProblems(message.content, place).map((problem) => ({ field: "content", message: problem }));
  }
  return Object.entries(message)
    .filter(([, value]) => hasPlaceholder(value))
    .map(([field]) => ({
      field,
      message: problemWithCure("contains a variable, which only texts may have", "remove the {{…}}, or send a text"),
    }));
}
