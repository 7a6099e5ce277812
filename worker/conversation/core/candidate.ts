/**
 * The candidates that the stateless part of the rules passes to the conversation: the answers that match one push, best
 * first. The conversation takes the first one that its state allows (automation not muted, not sent within `onceMs`):
 * docs/design/0006-rules-and-handlers.md.
 */
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Purpose } from "../../../shared/message/purpose.ts";

/**
 * What to do with a push: send messages, ask for an agent, or send nothing. With the desk `handover` queues the user;
 * else it hands the user to WeChat's own agents (WECHAT.md §1.8).
 */
export type Action =
  | { readonly type: "reply"; readonly messages: readonly Outbound[] }
  | { readonly type: "handover" }
  | { readonly type: "silent" };

/** One possible answer, with everything the conversation needs to decide on it. */
export interface Candidate {
  /** The rule's id in the settings, or one of `BUILT_IN_IDS`. */
  readonly ruleId: string;
  /** Set when a handler of the team proposes the action; absent: the settings do. */
  readonly isHandler?: true;
  readonly action: Action;
  /** The purpose of the messages in the action; absent: `reply`. */
  readonly purpose?: Purpose;
  /** The candidate applies at most once within this time for one user, milliseconds; absent: every time. */
  readonly onceMs?: number;
}

/** Returns whether the channel can carry out an action; a candidate with any other action is skipped. */
export function isSupported(
  { type }: { readonly type: string },
  { handover }: Pick<ChannelRules, "handover">,
): boolean {
  return type !== "handover" || handover === "acknowledgement";
}
