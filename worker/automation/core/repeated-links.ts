/**
 * What a user wrote, as far as it may come back in an answer: in a handler's reply, or in what a webhook answers. A
 * user's words are text, never a link (WECHAT.md §4.2).
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { showContext } from "../../../shared/entry/page-context.ts";
import type { Inbound } from "../../../shared/message/inbound.ts";
import { disarmRepeated } from "../../../shared/text/links.ts";

/**
 * An answer without the links it repeats of the user's words: they become text. Anything but a text is returned as it is.
 *
 * @param answer not yet checked
 * @param inbound the push that is answered
 * @param verdict what verifying an enter event's token said
 */
export function withoutRepeatedLinks(answer: unknown, inbound: Inbound, verdict?: TokenVerdict): unknown {
  if (!isText(answer) || !answer.content.includes("<")) return answer;
  return { ...answer, content: disarmRepeated(answer.content, userWords(inbound, verdict)) };
}

function isText(answer: unknown): answer is { readonly content: string } {
  return typeof answer === "object" && answer !== null && "content" in answer && typeof answer.content === "string";
}

/** Every text of a push. Of an enter event what the button says, as it came and read. */
function userWords(inbound: Inbound, verdict: TokenVerdict | undefined): readonly string[] {
  const shown = inbound.kind === "user_enter_tempsession" ? showContext(inbound.sessionFrom, verdict) : null;
  return textsOf([inbound, shown]);
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsOf) : [];
}
