/**
 * What the stateless half of the rules passes to the conversation: the answers that fit one push, best first. The
 * object takes the first that its own state allows (muted? already sent within `onceMs`?):
 * docs/design/0006-rules-and-handlers.md.
 */
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Purpose } from "../../../shared/message/purpose.ts";

/** What to do with a push: send messages, hand the user to WeChat's own agents (WECHAT.md §1.8), or send nothing. */
export type Action =
  | { readonly type: "reply"; readonly messages: readonly Outbound[] }
  | { readonly type: "handover" }
  | { readonly type: "silent" };

/** One possible answer, with everything the conversation needs to decide on it. */
export interface Candidate {
  /** The rule's id in the settings, or one of `BUILT_IN_IDS`. */
  readonly ruleId: string;
  /** A handler of the team's proposes it, not a rule. */
  readonly isHandler?: true;
  readonly action: Action;
  /** Why its messages are sent; absent: `reply`. */
  readonly purpose?: Purpose;
  /** Applies at most once within this time for one user, milliseconds; absent: every time. */
  readonly onceMs?: number;
}

/** Whether the channel can carry out an action at all; a candidate whose action it cannot is skipped. */
export function isSupported(
  { type }: { readonly type: string },
  { handover }: Pick<ChannelRules, "handover">,
): boolean {
  return type !== "handover" || handover === "acknowledgement";
}
