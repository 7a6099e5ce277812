/**
 * The candidates that rules propose before the conversation decides; the action of a candidate may still depend on an
 * answer from the team's server.
 */
import type { Purpose } from "../../../shared/message/purpose.ts";
import type { Action } from "../../conversation/core/candidate.ts";

/** A webhook question: the Worker calls the team's own server for the answer before the conversation decides. */
export interface AskAction {
  readonly type: "webhook";
  readonly webhookId: string;
}

/** A candidate as returned by the rules: its action may still depend on an answer from the team's server. */
export interface Proposal {
  readonly ruleId: string;
  readonly action: Action | AskAction;
  /** `purpose` and `onceMs` as in `Candidate`. */
  readonly purpose?: Purpose;
  readonly onceMs?: number;
}

/**
 * Ids of answers that do not come from a rule. A rule's id cannot contain a colon, so these ids differ from all ids
 * of rules.
 */
export const BUILT_IN_IDS = { greeting: ":greeting", offHours: ":offHours", fallback: ":fallback" } as const;
