/**
 * The chain of audit entries: each has the hash of the one before it, so that a changed, removed or inserted entry
 * breaks every later link. Cutting off the newest entries breaks none: it is seen by comparing with the newest hash kept elsewhere.
 */
import { canonicalJson } from "./canonical-json.ts";
import type { AuditDraft, AuditEntry } from "./entry.ts";

/** SHA-256 of a text in UTF-8, lower-case hex. Synchronous: an entry is read, linked and stored in one transaction. */
export type Sha256 = (text: string) => string;

/** The end of a chain. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** The first entry that is not as it was written. */
export interface BrokenLink {
  readonly seq: number;
  /** `missing`: there is no such entry; `link`: it does not follow the one before it; `content`: it was changed. */
  readonly reason: "missing" | "link" | "content";
}

/** The end of an empty chain. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: "0".repeat(64) };

/** Makes the entry that follows the end of a chain. */
export function linkEntry(sha256: Sha256, { seq, hash: prev }: ChainEnd, draft: AuditDraft): AuditEntry {
  const entry = { ...draft, seq: seq + 1 };
  return { ...entry, prev, hash: hashOf(sha256, prev, entry) };
}

/**
 * Finds the first broken link.
 *
 * @param before the entry before the first one, as it is stored; `CHAIN_START` when there is none
 * @param entries by rising seq
 * @returns null when every entry is as it was written, and follows the one before it
 */
export function findBrokenLink(sha256: Sha256, before: ChainEnd, entries: readonly AuditEntry[]): BrokenLink | null {
  let last = before;
  for (const entry of entries) {
    const { seq, prev, hash } = entry;
    if (seq !== last.seq + 1) return { seq: last.seq + 1, reason: "missing" };
    if (prev !== last.hash) return { seq, reason: "link" };
    if (hash !== hashOf(sha256, prev, entry)) return { seq, reason: "content" };
    last = entry;
  }
  return null;
}

function hashOf(sha256: Sha256, prev: string, entry: Omit<AuditEntry, "prev" | "hash">): string {
  const { action, actor, at, data, seq, target } = entry;
  return sha256(`${prev}\n${canonicalJson({ action, actor, at, data, seq, target })}`);
}
