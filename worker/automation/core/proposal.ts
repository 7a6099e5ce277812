/** What rules propose before the conversation decides: candidates whose action may still have to be asked for. */
import type { Action } from "../../conversation/core/candidate.ts";

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

/** Ids of the answers that are no rules. The colon keeps them apart: a rule's id cannot contain one. */
export const BUILT_IN_IDS = { greeting: ":greeting", offHours: ":offHours", fallback: ":fallback" } as const;
