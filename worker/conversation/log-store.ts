/**
 * The storage of a conversation. The object's SQLite is `store.ts`; the tests have an array, and both pass the same
 * contract (`test/support/store-contract.ts`).
 */
import type { Address, ChannelAccount } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import type { Acknowledgement } from "../../shared/message/inbound.ts";
import type { EraseNote } from "./core/erasure.ts";
import type { Row } from "./core/rows.ts";
import type { ConversationState } from "./core/state.ts";
import type { EngineStore } from "./engine.ts";

/** Reads and writes one conversation. Every method is synchronous, so no other event runs within a transaction. */
export interface ConversationStore extends EngineStore<Address, ConversationState, Row> {
  /** The address of the conversation, or undefined when nothing has been stored. */
  address(): Address | undefined;
  /** Whether there is a log, and of this account when one is given. */
  isOf(account: ChannelAccount | undefined): boolean;
  /** The id of the log, or undefined when nothing has been stored. */
  log(): string | undefined;
  /** The note of the last erasure of the user; undefined after `forgetErasure`. */
  erased(): EraseNote | undefined;
  /** The note of an erasure now. */
  recordErasure(at: number, lastSeq: number): EraseNote;
  /** Deletes the note. */
  forgetErasure(): void;
  /** Whether it holds data that this version does not read: data of 0.1, which no name leads to any more. */
  isForeign(): boolean;
  /** The seq of the oldest record's newest row: pruning has removed everything before it. */
  oldest(): number | undefined;
  /** The acknowledgement of a push, when its key is in the log from `since` on. */
  answerTo(key: string, since: number): Acknowledgement | undefined;
  /** The message an API request created, when its key is in the log from `since` on. */
  requestedBy(key: string, since: number): { readonly seq: number; readonly request: string } | undefined;
  /** The row that a command of the desk wrote first, when its key is in the log from `since` on. */
  commandRow(key: string, since: number): Row | undefined;
  /**
   * Whether an outcome of an attempt is in the newest 1 000 records; `unconfirmed` does not count while a better
   * outcome may still come.
   */
  isRecorded(seq: number, attempt: number, result: AttemptOutcome["result"]): boolean;
  /** The text of the entering whose row is at `seq`; null when retention deleted it. */
  entryText(seq: number): string | null;
  /** The `out` row at `seq`. */
  outgoing(seq: number): Extract<Row, { kind: "out" }> | undefined;
  /** Rows after `after`, oldest first. */
  rows(after: number, limit: number): readonly Row[];
  /**
   * Rows with one of `refs`, after `after` and up to `until`, oldest first, from the first `limit` records of this
   * range.
   */
  rowsAbout(refs: readonly number[], range: SearchRange): readonly Row[];
  /** The newest rows, oldest first. */
  newest(limit: number): readonly Row[];
  /** Deletes at most `limit` records whose rows are all before `seq`. */
  prune(seq: number, limit: number): void;
}

/** The range of records that is searched. */
export interface SearchRange {
  /** Rows after this one. */
  readonly after: number;
  /** Rows up to this one. */
  readonly until: number;
  /** The most records. */
  readonly limit: number;
}
