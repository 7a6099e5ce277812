/** The audit log on top of its store: records each action once, and verifies entries when they are read. */
import { CHAIN_START, findBrokenLink, linkEntry, type Sha256 } from "./core/chain.ts";
import type { AuditDraft, AuditEntry } from "./core/entry.ts";
import type { AuditPage } from "./rpc.ts";
import type { AuditStore } from "./store.ts";

/** Records and reads entries. */
export interface AuditLog {
  /**
   * Records an action.
   *
   * @param key identifies the action: recording it again returns the first entry
   */
  record(key: string, draft: AuditDraft): AuditEntry;
  /** Returns at most `limit` entries after a seq, each verified against the entry before it. */
  page(after: number, limit: number): AuditPage;
}

/** Opens the log. */
export function createAuditLog(store: AuditStore, sha256: Sha256): AuditLog {
  return {
    record(key, draft) {
      return store.find(key) ?? store.append(key, (newest) => linkEntry(sha256, newest ?? CHAIN_START, draft));
    },
    page(after, limit) {
      const entries = store.after(after, limit);
      const newest = store.newest();
      return {
        entries,
        head: newest === undefined ? null : { seq: newest.seq, hash: newest.hash },
        broken: findBrokenLink(sha256, store.upTo(after) ?? CHAIN_START, entries),
      };
    },
  };
}
