/**
 * The entries of the audit log: who did what to what, and when. An entry contains ids, kinds, numbers, and the names of
 * teams and settings. It contains no name of a person and no text of a user, because it is kept after the data it
 * concerns was erased. The one text is the reason an agent gives for seeing personal data, masked.
 */

/** The audited actions. */
export type AuditAction =
  | "settings.change"
  | "conversation.export"
  | "conversation.erase"
  | "conversation.unmask"
  | "desk.rebuild"
  | "agent.add"
  | "agent.change"
  | "agent.invite"
  | "invite.use"
  | "sign-in.begin"
  | "sign-in.fail"
  | "sign-in.lock"
  | "sign-in.end";

/** A value of an entry's data. */
export type AuditValue = string | number | boolean | null | readonly AuditValue[] | AuditData;

/** The details of an action, by name. */
export interface AuditData {
  readonly [name: string]: AuditValue;
}

/** An action to be recorded. */
export interface AuditDraft {
  /** When the action happened, epoch ms. The log is ordered by the time of recording, which may differ. */
  readonly at: number;
  /** The actor: `api:` and the name of an API key, `agent:` and the agent's id, or `system`. */
  readonly actor: string;
  readonly action: AuditAction;
  /** The target: `settings` or `desk`, or `conversation:` or `agent:` and its id. */
  readonly target: string;
  readonly data: AuditData;
}

/** A recorded action, linked to the previous one. */
export interface AuditEntry extends Omit<AuditDraft, "action"> {
  /** Counted from 1, without gaps. */
  readonly seq: number;
  /** A string, not a union, because a later version of this worker may record further actions. */
  readonly action: string;
  /** The hash of the previous entry. */
  readonly prev: string;
  readonly hash: string;
}
