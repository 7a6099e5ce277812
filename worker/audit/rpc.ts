/**
 * The methods of the `Audit` object: plain values that cross the RPC boundary. Written out so that callers do not
 * depend on the class, which describes each method.
 */
import type { BrokenLink, ChainEnd } from "./core/chain.ts";
import type { AuditDraft, AuditEntry } from "./core/entry.ts";

/** A page of the log. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** The newest entry of all; null while there is none. */
  readonly head: ChainEnd | null;
  /** The first entry of the page that is not as it was written; null when all are. */
  readonly broken: BrokenLink | null;
}

/** The object as its callers see it. */
export interface AuditRpc {
  record(key: string, draft: AuditDraft): Promise<AuditEntry>;
  page(after: number, limit: number): Promise<AuditPage>;
}
