/** The stored state of the desk, and its reading and writing, independent of the platform. */
import type { Effect } from "./core/desk.ts";
import type { StoredRow } from "./core/state.ts";
import type { Details } from "./details.ts";
import type { StoredDraft } from "./drafts.ts";

/** All stored data of the desk. */
export interface StoredDesk {
  readonly rows: readonly StoredRow[];
  /** The details of open sessions, by conversation id. */
  readonly details: ReadonlyMap<string, Details>;
  readonly drafts: readonly StoredDraft[];
}

/** Reads and writes the rows. */
export interface DeskStore {
  readonly load: () => StoredDesk;
  /**
   * Stores the rows of a decision in one transaction. `detailsOf`: the details stored with the row of an open session.
   */
  readonly write: (effects: readonly Effect[], detailsOf: (conversation: string) => Details | undefined) => void;
  readonly saveDraft: (draft: StoredDraft) => void;
  readonly deleteDraft: (agent: string, conversation: string) => void;
  /** Deletes drafts saved before a time, epoch ms. */
  readonly deleteDraftsBefore: (at: number) => void;
}
