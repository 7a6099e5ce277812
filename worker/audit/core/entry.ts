/**
 * What the audit log says: who did what to what, and when. An entry holds ids, kinds and numbers, never the text of a
 * person: it outlives the erasure of the data it is about.
 */

/** What is audited. */
export type AuditAction = "settings.change" | "conversation.export" | "conversation.erase";

/** A value of an entry's data. */
export type AuditValue = string | number | boolean | null | readonly AuditValue[] | AuditData;

/** Facts of an action, by name. */
export interface AuditData {
  readonly [name: string]: AuditValue;
}

/** An action to be recorded. */
export interface AuditDraft {
  /** When it happened, epoch ms; entries are in the order of their recording. */
  readonly at: number;
  /** Who: `api:` and the name of an API key, later `agent:` and an id. */
  readonly actor: string;
  readonly action: AuditAction;
  /** On what: `settings`, or `conversation:` and its id. */
  readonly target: string;
  readonly data: AuditData;
}

/** A recorded action, linked to the one before it. */
export interface AuditEntry extends Omit<AuditDraft, "action"> {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Of a later version of this worker it may be another word. */
  readonly action: string;
  /** The hash of the entry before it. */
  readonly prev: string;
  readonly hash: string;
}
