/** Splits a message into the parts it is sent as. WeChat counts each of them as a reply (WECHAT.md §4.4). */
import { isVisibleMessage } from "../base/visible.ts";
import { splitText } from "../text/split.ts";
import type { ChannelRules } from "./channel-rules.ts";
import type { Outbound } from "./outbound.ts";

/** Returns the parts, or undefined when a text cannot be split (an anchor longer than a whole message) or is blank. */
export function splitMessage(message: Outbound, rules: ChannelRules): readonly Outbound[] | undefined {
  if (message.type !== "text") return [message];
  if (!isVisibleMessage(message.content)) return undefined;
  const { limit, unit, maxParts } = rules.text;
  const split = splitText(message.content, limit, unit, maxParts);
  return split.ok ? split.value.map((content) => ({ type: "text", content })) : undefined;
}

/** Returns whether an answer can be sent at all: every text can be split, and the grant allows the number of parts. */
export function isSendable(messages: readonly Outbound[], rules: ChannelRules, grant: string): boolean {
  const parts = messages.map((message) => splitMessage(message, rules)?.length ?? Number.POSITIVE_INFINITY);
  return parts.reduce((sum, count) => sum + count, 0) <= (rules.grants[grant]?.count ?? 0);
}
