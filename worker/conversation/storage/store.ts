/**
 * Implements a conversation's storage in SQL: one append-only table without an index. A transaction writes one record,
 * independent of the number of log rows it appends, because a Durable Object is billed by SQL rows written
 * (docs/storage.md). Reading creates nothing: the table is created with the first record.
 */
import { isSameAccount, type Address } from "../../../shared/message/address.ts";
import type { EraseNote } from "../core/erasure.ts";
import { nextLogId } from "../core/log-id.ts";
import { readEntryText, type Row } from "../core/rows.ts";
import { EMPTY_STATE, type ConversationState } from "../core/state.ts";
import { ERASED_KEY, readEraseNote } from "./erased-storage.ts";
import type { ConversationStore } from "./log-store.ts";
import { createRecentKeys, type KeyedRecord } from "./recent-keys.ts";

/** The newest schema. Steps only go forward; data of every older version can be opened. */
const SCHEMA_VERSION = 1;

const HEAD_KEY = "head";

/** The head entry, stored beside the log: the address, the schema, and the id of the log. */
interface Head extends Address {
  readonly schema: number;
  readonly log: string;
  /** Whether there is an erase note; without it, loading the object does not read the note. */
  readonly erased?: true;
}

/**
 * The columns of the table. `seq` is that of the newest row, so `seq > cursor` finds every record that contains
 * something new; `key` is that of the first row with a key: of the push, request or command that the transaction
 * handles. A type, not an interface: SqlStorage needs an index signature.
 */
type Columns = {
  readonly seq: number;
  readonly key: string | null;
  readonly rows: string;
  readonly state: string;
};

/**
 * The number of newest records searched for an outcome that is reported twice; the second report follows the first
 * immediately.
 */
const RECENT_RECORDS = 1_000;

/** Outcomes that end an attempt. */
const OUTCOMES: ReadonlySet<Row["kind"]> = new Set(["sent", "failed", "blocked", "retry", "late"]);

/**
 * Opens a conversation's storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createConversationStore(storage: DurableObjectStorage): ConversationStore {
  const { sql, kv } = storage;
  // A head entry exists exactly when the table exists: both are written in the first transaction.
  let head = kv.get<Head>(HEAD_KEY);
  refuseNewer(head);
  let note = head === undefined || head.erased ? readEraseNote(storage) : undefined;
  // One statement for everything that is loaded, because each statement is compiled again for every object.
  const query = "select *, (select min(seq) from log) as oldest from log order by seq desc limit 1";
  const record = head && sql.exec<Columns & { readonly oldest: number }>(query).toArray()[0];
  const empty = note === undefined ? EMPTY_STATE : { ...EMPTY_STATE, lastSeq: note.lastSeq };
  const initialState: ConversationState = { ...empty, ...JSON.parse(record?.state ?? "{}") };
  /** Kept in memory, because only the first record and pruning change it. */
  let oldest = record?.oldest;
  /** The seq of the newest record. */
  let newest = record?.seq ?? 0;

  function find(query: string, ...args: SqlStorageValue[]): readonly Columns[] {
    return head === undefined ? [] : sql.exec<Columns>(query, ...args).toArray();
  }
  const recentKeys = createRecentKeys((since) => {
    // No query when the newest record is older: most users write again only after hours.
    if (newest < since) return [];
    // Selects neither rows nor states: for a busy user many large values would be read only for their keys.
    const query = "select seq, key from log where seq >= ? and key is not null order by seq";
    return head === undefined ? [] : sql.exec<KeyedRecord>(query, since).toArray();
  });
  /**
   * Keys of API requests and commands have a separate query: they are kept for a day, and a push must not read that far
   * back.
   */
  const recentRequests = createRecentKeys((since) => {
    const query =
      "select seq, key from log where seq >= ? and (key >= 'k:' and key < 'k;' or key >= 'c:' and key < 'c;') order by seq";
    return head === undefined ? [] : sql.exec<KeyedRecord>(query, since).toArray();
  });
  function rowAt(seq: number): Row | undefined {
    const [record] = find("select * from log where seq >= ? order by seq limit 1", seq);
    return record && rowsOf(record).find((candidate) => candidate.seq === seq);
  }
  function keyedRow(record: Columns | undefined, key: string): Row | undefined {
    return record && rowsOf(record).find((row) => row.key === key);
  }

  function requestRow(key: string, since: number): Row | undefined {
    const seq = recentRequests.find(key, since);
    return seq === undefined ? undefined : keyedRow(find("select * from log where seq = ?", seq)[0], key);
  }

  return {
    address() {
      return head && { channel: head.channel, account: head.account, user: head.user };
    },
    isOf: (account) => head !== undefined && (account === undefined || isSameAccount(head, account)),
    log: () => head?.log,
    erased: () => note,
    keepErasure(changed) {
      note = changed;
      kv.put(ERASED_KEY, note);
    },
    forgetErasure() {
      if (head === undefined) return;
      const { erased: _over, ...rest } = head;
      head = rest;
      note = undefined;
      kv.put(HEAD_KEY, head);
      kv.delete(ERASED_KEY);
    },
    isForeign: () => head === undefined && note === undefined && [...kv.list({ limit: 1 })].length > 0,
    initialState,
    oldest() {
      oldest ??= find("select * from log order by seq limit 1")[0]?.seq;
      return oldest;
    },
    answerTo(key, since) {
      const seq = recentKeys.find(key, since);
      if (seq === undefined) return undefined;
      const row = keyedRow(find("select * from log where seq = ?", seq)[0], key);
      return row?.kind === "in" ? row.facts.acknowledgement : undefined;
    },
    commandRow: requestRow,
    requestedBy(key, since) {
      const row = requestRow(key, since);
      return row?.kind === "out" ? { seq: row.seq, request: row.facts.request ?? "" } : undefined;
    },
    isRecorded(seq, attempt, result) {
      const says = (row: Row) => OUTCOMES.has(row.kind) || (row.kind === "unconfirmed" && result === row.kind);
      return find("select * from log where seq > ? order by seq desc limit ?", seq, RECENT_RECORDS)
        .flatMap(rowsOf)
        .some((row) => row.ref === seq && says(row) && "attempt" in row.facts && row.facts.attempt === attempt);
    },
    entryText: (seq) => readEntryText(rowAt(seq)),
    outgoing(seq) {
      const row = rowAt(seq);
      return row?.kind === "out" ? row : undefined;
    },
    rows(after, limit) {
      const records = find("select * from log where seq > ? order by seq limit ?", after, limit);
      return records
        .flatMap(rowsOf)
        .filter((row) => row.seq > after)
        .slice(0, limit);
    },
    rowsAbout(refs, { after, until, limit }) {
      const isAbout = refs.map(() => "instr(rows, ?) > 0").join(" or ");
      // Searches for the text that JSON.stringify writes for a `ref`; in a user's text the quotation marks are escaped.
      const marks = refs.map((ref) => `"ref":${ref},`);
      const range = "select * from log where seq > ? and seq <= ? order by seq limit ?";
      return find(`select * from (${range}) where ${isAbout} order by seq`, after, until, limit, ...marks).flatMap(
        rowsOf,
      );
    },
    newest(limit, before) {
      if (before !== undefined) {
        const earlier = find("select * from log where seq < ? order by seq desc limit ?", before, limit);
        // A record has the seq of its last row, so the next record may begin with rows before this seq.
        const next = find("select * from log where seq >= ? order by seq limit 1", before);
        return [...earlier.toReversed(), ...next]
          .flatMap(rowsOf)
          .filter((row) => row.seq < before)
          .slice(-limit);
      }
      const records = find("select * from log order by seq desc limit ?", limit);
      return records.toReversed().flatMap(rowsOf).slice(-limit);
    },
    append(address, rows, state) {
      const key = rows.find((row) => row.key !== null)?.key ?? null;
      const insert = "insert into log(seq, key, rows, state) values (?, ?, ?, ?)";
      const write = () => sql.exec(insert, state.lastSeq, key, JSON.stringify(rows), JSON.stringify(state));
      if (head === undefined) {
        head = create(storage, address, note, write);
        oldest = state.lastSeq;
      } else write();
      newest = state.lastSeq;
      if (key === null) return;
      recentKeys.add({ seq: state.lastSeq, key });
      if (key.startsWith("k:") || key.startsWith("c:")) recentRequests.add({ seq: state.lastSeq, key });
    },
    rewriteState(state) {
      if (head === undefined) return;
      sql.exec("update log set state = ? where seq = (select max(seq) from log)", JSON.stringify(state));
    },
    prune(seq, limit) {
      sql.exec("delete from log where seq in (select seq from log where seq < ? order by seq limit ?)", seq, limit);
      oldest = undefined;
    },
  };
}

/** Writes the first record, the table and the head entry: several statements, therefore in one transaction. */
function create(storage: DurableObjectStorage, address: Address, note: EraseNote | undefined, write: () => void): Head {
  // If the id of the erased log is unknown, the new log begins later than the erasure (`erasedGeneration`).
  const began = note?.log === null ? Math.max(Date.now(), note.at + 1) : Date.now();
  const log = nextLogId(began, note?.log ?? null, crypto.randomUUID().slice(0, 8));
  const head: Head = { schema: SCHEMA_VERSION, log, ...address, ...(note !== undefined && { erased: true }) };
  storage.transactionSync(() => {
    storage.sql.exec("create table log(seq integer primary key, key text, rows text not null, state text not null)");
    storage.kv.put(HEAD_KEY, head);
    write();
  });
  return head;
}

function refuseNewer(head: Head | undefined): void {
  if (head !== undefined && head.schema > SCHEMA_VERSION) {
    throw new Error(
      `this conversation has schema ${head.schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }
}

/** Parses the rows of a record; they were written by `append`, so their shape is known. */
function rowsOf(record: Columns): readonly Row[] {
  return JSON.parse(record.rows);
}
