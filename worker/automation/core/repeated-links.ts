/**
 * Removes links that an answer repeats from the user's own words, in a handler's reply or in a webhook's answer: the
 * user's words are sent as text, never as a link (WECHAT.md §4.2).
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { showContext } from "../../../shared/entry/page-context.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { readRaw } from "../../../shared/message/raw.ts";
import { disarmRepeated } from "../../../shared/text/links.ts";

/**
 * Returns an answer in which links repeated from the user's words become text. An answer without a text `content` is
 * returned unchanged.
 *
 * @param answer not yet validated
 * @param inbound the push that is answered
 * @param verdict the result of verifying an enter event's token
 */
export function withoutRepeatedLinks(answer: unknown, inbound: InboundEvent, verdict?: TokenVerdict): unknown {
  if (!isText(answer) || !answer.content.includes("<")) return answer;
  return { ...answer, content: disarmRepeated(answer.content, userWords(inbound, verdict)) };
}

function isText(answer: unknown): answer is { readonly content: string } {
  return typeof answer === "object" && answer !== null && "content" in answer && typeof answer.content === "string";
}

/** Returns every text in a push; for an enter event also those in the parsed parameter of the button. */
function userWords(inbound: InboundEvent, verdict: TokenVerdict | undefined): readonly string[] {
  const isEnter = inbound.event === "action" && inbound.type === "enter";
  const shown = isEnter ? showContext(inbound.entryText, verdict) : null;
  return textsOf([inbound, readRaw(inbound.raw), shown]);
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
