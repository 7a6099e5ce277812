/**
 * Decides which pushes are forwarded to the team's own push server: the patterns of `WECHAT_FORWARD_KINDS` are compared
 * with the platform's names, `Event` or MsgType (docs/design/forwarding.md).
 *
 * A pattern with `*` matches events only. The pushes of customer service itself, a user's messages and entering the
 * chat, match only by their whole name, so that they are not sent unintentionally to a server that may be down.
 */
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { createPatternTest } from "../../../shared/text/pattern.ts";

/** The maximum number of patterns; limited, because each push is compared with all of them. */
export const MAX_KINDS = 50;

/** The name of an event or message, with `*` for any characters. */
const KIND = /^[\w.*-]{1,64}$/;

/**
 * Parses a list of patterns.
 *
 * @param list separated by commas; surrounding spaces and empty entries are ignored
 * @returns the patterns; `bad_pattern` when one is not 1 to 64 of `A-Z a-z 0-9 _ . - *`, `too_many` for more than 50
 */
export function parseForwardKinds(
  list: string,
): Result<readonly string[], { readonly reason: "bad_pattern" | "too_many" }> {
  const kinds = list
    .split(",")
    .map((kind) => kind.trim())
    .filter((kind) => kind !== "");
  if (!kinds.every((kind) => KIND.test(kind))) return err({ reason: "bad_pattern" });
  return kinds.length > MAX_KINDS ? err({ reason: "too_many" }) : ok(kinds);
}

/** Returns whether a push matches one of the patterns. */
export function isForwardKind(kinds: readonly string[], inbound: InboundEvent): boolean {
  const { name, event, type } = inbound;
  const takesPatterns = event !== "message" && (event !== "action" || type !== "enter");
  return kinds.some((kind) =>
    kind.includes("*") ? takesPatterns && createPatternTest(kind.split("*"))(name) : kind === name,
  );
}
