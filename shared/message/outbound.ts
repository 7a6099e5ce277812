/**
 * The messages that can be sent to a user of a mini program, in our own model, and the checks of every message before a
 * request is sent (WECHAT.md §4.1–4.3). WeChat's wire format is built in `worker/channels/mini-program/deliver.ts`.
 */
import * as v from "valibot";
import { err, ok, type Result } from "../base/result.ts";
import { isVisible, isVisibleMessage } from "../base/visible.ts";
import { parseCardPath } from "../entry/card-path.ts";
import { findLinkProblem } from "../text/links.ts";
import { textSize, type TextUnit } from "../text/size.ts";
import type { ChannelRules } from "./channel-rules.ts";

/** The problem of a field without visible content. */
const BLANK = "must not be blank";
const filled = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const visible = v.pipe(filled, v.check(isNotBlank, BLANK));
// Does not use v.url(): phones have no URL class, so it would reject every address there.
const httpUrl = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^\s]+$/, "must be an http:// or https:// URL"),
  v.check((url) => isNotBlank(url.replace(/^https?:\/\//, "")), "must not have a blank host"),
);
// The id of a temporary media upload.
const mediaId = v.pipe(visible, v.maxLength(512, "must have at most 512 characters"));

// The format of WECHAT.md §4.1, which gives no maximum length; checked as leniently as the path of a link.
const pagePath = v.pipe(
  filled,
  v.check(
    (path) => parseCardPath(path) !== undefined,
    "must be a page path of app.json, optionally with a query, such as pages/order/index?id=1",
  ),
);

/** WeChat refuses an empty text (44004). */
const message = v.pipe(
  filled,
  v.check((text) => text === "" || isVisibleMessage(text), BLANK),
);

/** A text; its links `<a href data-miniprogram-appid data-miniprogram-path>` are checked by `parseOutbound`. */
export const OutboundTextSchema = v.strictObject({ type: v.literal("text"), content: message });
/** A picture, by the id its upload returned. */
export const OutboundImageSchema = v.strictObject({ type: v.literal("image"), mediaId });
/** A link message. */
export const OutboundLinkSchema = v.strictObject({
  type: v.literal("link"),
  title: visible,
  description: v.string(),
  url: httpUrl,
  thumbUrl: v.union([v.literal(""), httpUrl]),
});
/** A mini-program card that opens a page of the same mini program. */
export const OutboundCardSchema = v.strictObject({
  type: v.literal("card"),
  title: visible,
  pagePath,
  thumbMediaId: mediaId,
});

/** One outbound message. */
export const OutboundSchema = v.variant("type", [
  OutboundTextSchema,
  OutboundImageSchema,
  OutboundLinkSchema,
  OutboundCardSchema,
]);

/** One message to a user. */
export type Outbound = v.InferOutput<typeof OutboundSchema>;

/** Why a message may not be sent: the field, the problem, and for a size the limit, the actual size and the unit. */
export interface OutboundProblem {
  readonly reason: "invalid_field" | "too_long";
  readonly field: string;
  readonly message: string;
  readonly limit?: number;
  readonly actual?: number;
  readonly unit?: TextUnit;
}

/**
 * Parses an outbound message from outside data, and checks the limits of the channel and the links of a text.
 *
 * @param input any value
 * @param rules the rules of the account that sends it
 * @param account the account's id in the channel; where links may lead only to its own mini program, its AppID
 * @returns the message, or the first problem by field
 */
export function parseOutbound(input: unknown, rules: ChannelRules, account: string): Result<Outbound, OutboundProblem> {
  const parsed = v.safeParse(OutboundSchema, input);
  if (!parsed.success) {
    const issue = parsed.issues[0];
    const field = v.getDotPath(issue) ?? "(body)";
    return err({ reason: "invalid_field", field, message: describeIssue(issue) });
  }
  const checked = checkOutbound(parsed.output, rules);
  return checked.ok ? checkLinks(checked.value, rules, account) : checked;
}

function checkLinks(message: Outbound, rules: ChannelRules, account: string): Result<Outbound, OutboundProblem> {
  const isChecked = message.type === "text" && rules.textLinks === "own";
  const found = isChecked ? findLinkProblem(message.content, account) : undefined;
  if (found === undefined) return ok(message);
  return err({ reason: "invalid_field", field: "content", message: `${found.problem}: ${found.cure}` });
}

/** Checks whether the channel can send a well-formed message: its type and its size. */
export function checkOutbound(message: Outbound, rules: ChannelRules): Result<Outbound, OutboundProblem> {
  if (!rules.sends.includes(message.type)) {
    const sends = rules.sends.join(", ") || "none";
    return err({ reason: "invalid_field", field: "type", message: `must be a type this account sends: ${sends}` });
  }
  if (message.type !== "text") return ok(message);
  const limit = rules.text.limit * rules.text.maxParts;
  const actual = textSize(message.content, rules.text.unit);
  if (actual <= limit) return ok(message);
  const { unit } = rules.text;
  return err({
    reason: "too_long",
    field: "content",
    message: `must have at most ${limit} ${unit} (${rules.text.maxParts} messages of ${rules.text.limit}), has ${actual}`,
    limit,
    actual,
    unit,
  });
}

/**
 * Returns whether a text has visible content, or is empty: another check rejects empty texts with its own problem.
 */
function isNotBlank(text: string): boolean {
  return text === "" || isVisible(text);
}

/** Describes the expected value of an issue, without repeating the input. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === "validation") return issue.message;
  if (issue.received === "undefined") return "is missing";
  return issue.expected === "never" ? "is not allowed" : `must be ${issue.expected}`;
}
