/**
 * The interface of a conversation's storage. `store.ts` implements it with the object's SQLite, the tests with an
 * array; both pass the same contract test (`test/support/store-contract.ts`).
 */
import type { Address, ChannelAccount } from "../../../shared/message/address.ts";
import type { AttemptOutcome } from "../../../shared/message/delivery.ts";
import type { Acknowledgement } from "../../../shared/message/inbound.ts";
import type { EraseNote } from "../core/erasure.ts";
import type { Row } from "../core/rows.ts";
import type { ConversationState } from "../core/state.ts";
import type { EngineStore } from "../engine.ts";

/** Reads and writes one conversation. Every method is synchronous, so no other event runs within a transaction. */
export interface ConversationStore extends EngineStore<Address, ConversationState, Row> {
  /** Returns the address of the conversation; undefined when nothing has been stored. */
  address(): Address | undefined;
  /** Returns whether there is a log, and whether it belongs to this account if one is passed. */
  isOf(account: ChannelAccount | undefined): boolean;
  /** Returns the id of the log; undefined when nothing has been stored. */
  log(): string | undefined;
  /** Returns the note of the user's last erasure; undefined when there was none, and after `forgetErasure`. */
  erased(): EraseNote | undefined;
  /** Replaces the note of the erasure after a confirmation. */
  keepErasure(note: EraseNote): void;
  /** Deletes the note of the erasure. */
  forgetErasure(): void;
  /**
   * Returns whether the storage contains data, but no log and no note: it is then of version 0.1, which this version
   * cannot read and whose object name is no longer used.
   */
  isForeign(): boolean;
  /** Returns the seq of the newest row in the oldest stored record; undefined when there is none. */
  oldest(): number | undefined;
  /** Returns the acknowledgement of a push if its key is in the log from `since` on; otherwise undefined. */
  answerTo(key: string, since: number): Acknowledgement | undefined;
  /** Returns the message that an API request created if its key is in the log from `since` on; otherwise undefined. */
  requestedBy(key: string, since: number): { readonly seq: number; readonly request: string } | undefined;
  /**
   * Returns the first row that a command of the desk wrote, if its key is in the log from `since` on; otherwise
   * undefined.
   */
  commandRow(key: string, since: number): Row | undefined;
  /**
   * Returns whether an outcome of an attempt is in the newest 1 000 records. A recorded `unconfirmed` counts only when
   * `result` is `unconfirmed` too, because a more precise outcome may arrive after it.
   */
  isRecorded(seq: number, attempt: number, result: AttemptOutcome["result"]): boolean;
  /** Returns the text of the enter event whose row is at `seq`; null when retention deleted it. */
  entryText(seq: number): string | null;
  /** Returns the `out` row at `seq`; undefined: there is none. */
  outgoing(seq: number): Extract<Row, { kind: "out" }> | undefined;
  /** Returns rows after `after`, oldest first. */
  rows(after: number, limit: number): readonly Row[];
  /**
   * Returns rows with one of `refs`, after `after` and up to `until`, oldest first, from the first `limit` records of
   * this range.
   */
  rowsAbout(refs: readonly number[], range: SearchRange): readonly Row[];
  /** Returns the newest rows, oldest first. @param before only rows with a lower seq */
  newest(limit: number, before?: number): readonly Row[];
  /** Deletes at most `limit` records whose rows are all before `seq`. */
  prune(seq: number, limit: number): void;
}

/** The range of records to search. */
export interface SearchRange {
  /** Only rows with a greater seq. */
  readonly after: number;
  /** Only rows up to this seq. */
  readonly until: number;
  /** The maximum number of records. */
  readonly limit: number;
}
