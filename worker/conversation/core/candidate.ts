/**
 * What the stateless half of the rules hands to the conversation: the answers that fit one push, best first. The
 * object takes the first that its own state allows (muted? already said within `onceMs`?):
 * docs/design/0006-rules-and-handlers.md.
 */
import type { Outbound } from "../../../shared/message/outbound.ts";

/** What to do with a push: send messages, hand the user to WeChat's own agents (WECHAT.md §1.8), or say nothing. */
export type Action =
  | { readonly type: "reply"; readonly messages: readonly Outbound[] }
  | { readonly type: "transfer" }
  | { readonly type: "silent" };

/** The team's own server is to be asked for the answer; the Worker does so before the conversation decides. */
export interface AskAction {
  readonly type: "webhook";
  readonly webhookId: string;
}

/** A candidate as the rules give it: its action may still have to be asked for. */
export interface Proposal {
  readonly ruleId: string;
  readonly action: Action | AskAction;
  readonly onceMs?: number;
}

/** One answer that fits, with everything the conversation needs to decide on it. */
export interface Candidate {
  /** The rule's id in the settings, or one of `BUILT_IN_IDS`. */
  readonly ruleId: string;
  readonly action: Action;
  /** Fires at most once in so many milliseconds for one user; absent = always. */
  readonly onceMs?: number;
}

/** Ids of the answers that are no rules. The colon keeps them apart: a rule's id cannot contain one. */
export const BUILT_IN_IDS = { greeting: ":greeting", offHours: ":offHours", fallback: ":fallback" } as const;
