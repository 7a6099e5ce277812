/**
 * The chain of audit entries: each contains the hash of the previous one, so that a changed, removed or inserted entry
 * breaks a later link. Removing the newest entries breaks no link; it is detected by comparison with the newest hash
 * stored elsewhere.
 */
import { canonicalJson } from "./canonical-json.ts";
import type { AuditDraft, AuditEntry } from "./entry.ts";

/**
 * Returns the SHA-256 of a text in UTF-8, lower-case hex. Synchronous, because the newest entry is read and the next
 * one linked and stored in one transaction.
 */
export type Sha256 = (text: string) => string;

/** The end of a chain. */
export interface ChainEnd {
  readonly seq: number;
  readonly hash: string;
}

/** The first entry at which the chain is broken. */
export interface BrokenLink {
  readonly seq: number;
  /** `missing`: the entry does not exist; `link`: it does not follow the previous one; `content`: it was changed. */
  readonly reason: "missing" | "link" | "content";
}

/** The end of an empty chain. */
export const CHAIN_START: ChainEnd = { seq: 0, hash: "0".repeat(64) };

/** Builds the entry that follows the end of a chain. */
export function linkEntry(sha256: Sha256, { seq, hash: prev }: ChainEnd, draft: AuditDraft): AuditEntry {
  const entry = { ...draft, seq: seq + 1 };
  return { ...entry, prev, hash: hashOf(sha256, prev, entry) };
}

/**
 * Finds the first broken link.
 *
 * @param before the stored entry before the first one; `CHAIN_START` when there is none
 * @param entries in ascending order of seq
 * @returns null when every entry is unchanged and follows the previous one
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
