/**
 * Reads the state of every conversation in the archive's directory, page by page. Restores the lists when rows of the
 * desk were lost or a report was never delivered. Idempotent.
 */
import type { RowJson } from "../../../shared/api/rows.ts";
import type { Snapshot } from "../../conversation/session/rpc.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import type { LoadedDesk } from "../loaded-desk.ts";
import type { DeskContact, RebuiltPage } from "../rpc.ts";

/** The number of conversations of one page: a request may make 1,000 calls, and each conversation needs up to two. */
const PAGE = 100;

/** A conversation of the directory. */
type ListedConversation = DeskContact & { readonly conversation: string };

/** The sources of a rebuild. */
export interface RebuildSources {
  /** Returns a page of the directory, in the order of the conversations' ids. */
  readonly directory: (
    after: string | null,
    limit: number,
  ) => Promise<{
    readonly contacts: readonly ListedConversation[];
    readonly next: string | null;
  }>;
  /** Reads the state of a conversation; null: it has no log. */
  readonly snapshot: (conversation: string) => Promise<Snapshot | null>;
  /** Reads the newest rows of a conversation, as the API returns them. */
  readonly newestRows: (conversation: string) => Promise<readonly RowJson[]>;
}

/** Rebuilds one page. @param cursor `next` of the page before; null: the first page */
export async function rebuildPage(
  desk: Pick<LoadedDesk, "applyRead">,
  sources: RebuildSources,
  cursor: string | null,
): Promise<RebuiltPage> {
  const { contacts, next } = await sources.directory(cursor, PAGE);
  const asked = await Promise.all(contacts.map((contact) => readConversation(desk, sources, contact)));
  return { next, asked: contacts.length, failed: asked.filter((isAnswered) => !isAnswered).length };
}

/** Reads the state of one conversation and applies it. @returns whether the conversation answered; never rejects */
export async function readConversation(
  { applyRead }: Pick<LoadedDesk, "applyRead">,
  sources: Pick<RebuildSources, "snapshot" | "newestRows">,
  { conversation, account, tail }: ListedConversation,
): Promise<boolean> {
  try {
    const snapshot = await sources.snapshot(conversation);
    if (snapshot === null) return true;
    const rows = snapshot.session.open === null ? [] : await sources.newestRows(conversation);
    const from = (rows[0]?.seq ?? 1) - 1;
    applyRead(conversation, { snapshot, contact: { account, tail }, from, rows });
    return true;
  } catch (error) {
    writeLog("desk_rebuild_failed", { error: errorName(error) });
    return false;
  }
}
