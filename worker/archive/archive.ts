/** The archive, independent of the runtime: reports, erasures, pages. Every operation is synchronous. */
import { generationOf } from "../conversation/core/log-id.ts";
import { formatPosition, parsePosition } from "./core/closed-list.ts";
import { judgeReport } from "./core/report.ts";
import type { ArchiveRpc, ClosedPage, ClosedQuery, DirectoryPage } from "./rpc.ts";
import type { ArchiveStore } from "./store.ts";

/** How long an erasure is remembered, milliseconds; longer than any call may take. */
export const TOMBSTONE_MS = 24 * 3_600_000;
/** The maximum number of sessions that one call of `prune` deletes. */
const PRUNE_BATCH = 500;
/** The maximum number of entries on a page. */
const MAX_PAGE = 200;

/** The operations of the object, without the runtime. */
export type Archive = {
  readonly [K in keyof ArchiveRpc]: (...args: Parameters<ArchiveRpc[K]>) => Awaited<ReturnType<ArchiveRpc[K]>>;
} & {
  /**
   * Deletes what has passed its retention.
   *
   * @param retentionMs how long closed sessions are kept, milliseconds
   * @returns `more`: there is more to delete now; `later`: something will be due later; `none`: nothing is left
   */
  readonly prune: (retentionMs: number) => "more" | "later" | "none";
};

/** Creates the archive over its storage. @param clock returns the time, epoch ms */
export function createArchive(store: ArchiveStore, clock: () => number): Archive {
  return {
    record(conversation, report) {
      const { position, erased } = store.known(conversation);
      const verdict = judgeReport(report, position, erased);
      if (verdict === "ignore") return;
      if (verdict === "replace" && position !== undefined) store.remove(conversation, generationOf(position.log));
      store.add(conversation, report);
    },

    confirmErased(conversation, generation) {
      const { erased } = store.known(conversation);
      const highest = Math.max(generation, erased);
      if (highest > erased) store.bury(conversation, highest, clock());
      store.remove(conversation, highest);
    },

    directory(after, limit): DirectoryPage {
      const size = pageSize(limit);
      const contacts = store.contacts(after ?? "", size);
      return { contacts, next: contacts.length < size ? null : (contacts.at(-1)?.conversation ?? null) };
    },

    listClosed({ limit, after, ...filter }: ClosedQuery): ClosedPage {
      const size = pageSize(limit);
      const before = after === undefined ? undefined : parsePosition(after);
      const { sessions, next } = store.closed(filter, before, size);
      return { sessions, next: next === undefined ? null : formatPosition(next) };
    },

    prune(retentionMs) {
      const now = clock();
      if (store.prune(now - retentionMs, now - TOMBSTONE_MS, PRUNE_BATCH)) return "more";
      return store.hasDue() ? "later" : "none";
    },
  };
}

function pageSize(limit: number): number {
  return Math.min(Math.max(Math.trunc(limit), 1), MAX_PAGE);
}
