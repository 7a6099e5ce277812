/** What closing a session sends to the user, or why it sends nothing. Pure. */
import type { ClosePreview } from "../../shared/api/desk/commands.ts";
import { countSends, type Quota } from "./quota.ts";

/** What closing sends: the text, or the texts that are configured and the reason why they are not sent. */
export type ClosingOutcome =
  | { readonly name: "silent" }
  | { readonly name: "sent"; readonly text: string; readonly count: number }
  | {
      readonly name: "not_sent";
      readonly what: "closing" | "rating" | "both";
      readonly reason: Reason;
    };
type Reason = "window_closed" | "quota_used" | "quota_short" | "handed_over" | "too_long";

/**
 * Returns what closing a session sends.
 *
 * @param texts the texts of the settings
 * @param isServed whether an agent serves the session: only then the user is asked for a rating
 */
export function closingOf({ closing, rating }: ClosePreview, isServed: boolean, quota: Quota): ClosingOutcome {
  const asked = isServed ? rating : null;
  const text = [closing, asked].filter((part) => part !== null).join("\n");
  if (text === "") return { name: "silent" };
  const what = asked === null ? "closing" : closing === null ? "rating" : "both";
  const refuse = (reason: Reason): ClosingOutcome => ({ name: "not_sent", what, reason });
  const count = countSends(text);
  switch (quota.closed) {
    case "over":
    case "never":
      return refuse("window_closed");
    case "used_up":
      return refuse("quota_used");
    case "unknown":
      return refuse("handed_over");
    case null:
      if (count === null) return refuse("too_long");
      return count > quota.left ? refuse("quota_short") : { name: "sent", text, count };
  }
}
