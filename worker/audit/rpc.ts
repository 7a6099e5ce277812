/**
 * The methods of the `Audit` object: plain values that cross RPC. A separate interface, so that callers do not depend
 * on the class, which describes each method.
 */
import type { BrokenLink, ChainEnd } from "./core/chain.ts";
import type { AuditDraft, AuditEntry } from "./core/entry.ts";

/** A page of the log. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  /** The newest entry of the log; null while there is none. */
  readonly head: ChainEnd | null;
  /** The first entry of the page that is missing or was changed; null when all are intact. */
  readonly broken: BrokenLink | null;
}

/** The object as seen by its callers. */
export interface AuditRpc {
  record(key: string, draft: AuditDraft): Promise<AuditEntry>;
  page(after: number, limit: number): Promise<AuditPage>;
}
