/**
 * The SQL of a conversation: one append-only table, one row written per insert, no index (docs/storage.md).
 * Nothing is created by looking: the table comes with the first row.
 */
import type { AnswerKind } from "../../shared/inbound.ts";
import type { RowDraft } from "../domain/log.ts";
import { EMPTY_STATE, type ConversationState } from "../domain/state.ts";
import type { Owner } from "./conversation-model.ts";

/** Reads and writes one conversation. Everything is synchronous, so a transaction never lets another event in. */
export interface ConversationStore {
  /** Whose it is, or undefined when nothing has been stored. */
  owner(): Owner | undefined;
  state(): ConversationState;
  /** The seq of the oldest row. */
  oldest(): number | undefined;
  /** The answer a push was given, when its key is in the log from `since` on. */
  answerTo(key: string, since: number): AnswerKind | undefined;
  /** The message an API request made, when its key is in the log from `since` on. */
  requestedBy(key: string, since: number): { readonly seq: number; readonly request: string } | undefined;
  /** Whether the outcome of an attempt is in the log. */
  isRecorded(seq: number, attempt: number): boolean;
  /** The `out` row at `seq`. */
  outgoing(seq: number): Extract<RowDraft, { kind: "out" }> | undefined;
  /** Rows after `after`, oldest first. */
  rows(after: number, limit: number): readonly RowDraft[];
  /** The newest rows, oldest first. */
  newest(limit: number): readonly RowDraft[];
  /** Appends rows; the last one carries the state. */
  append(owner: Owner, rows: readonly RowDraft[], state: ConversationState): void;
  /** Deletes at most `limit` rows before `seq`. */
  prune(seq: number, limit: number): void;
}

/** The newest schema. Steps are forward only; every older version opens. */
export const SCHEMA_VERSION = 1;

const HEAD_KEY = "conversation";

/** Kept beside the log: whose it is and which schema it has. */
interface Head extends Owner {
  readonly schema: number;
}

/** The table's columns. A type, not an interface: SqlStorage wants an index signature. */
type Columns = {
  readonly seq: number;
  readonly at: number;
  readonly key: string | null;
  readonly kind: string;
  readonly ref: number | null;
  readonly body: string;
  readonly state: string | null;
};

/**
 * Opens a conversation's storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createConversationStore(storage: DurableObjectStorage): ConversationStore {
  const { sql, kv } = storage;
  const all = (query: string, ...args: SqlStorageValue[]) => sql.exec<Columns>(query, ...args).toArray();
  // A head always comes with the table: both are written in the first transaction.
  let head = kv.get<Head>(HEAD_KEY);
  const exists = () => head !== undefined;
  refuseNewer(head);

  return {
    owner() {
      return head === undefined ? undefined : { appid: head.appid, openid: head.openid };
    },
    state() {
      if (!exists()) return EMPTY_STATE;
      const row = all("select state from log order by seq desc limit 1")[0];
      return { ...EMPTY_STATE, ...JSON.parse(row?.state ?? "{}") };
    },
    oldest() {
      if (!exists()) return undefined;
      return all("select seq from log order by seq limit 1")[0]?.seq;
    },
    answerTo(key, since) {
      if (!exists()) return undefined;
      const row = all("select body from log where seq >= ? and key = ? limit 1", since, key)[0];
      return row === undefined ? undefined : JSON.parse(row.body).answer;
    },
    requestedBy(key, since) {
      if (!exists()) return undefined;
      const row = all("select seq, body from log where seq >= ? and key = ? limit 1", since, key)[0];
      return row && { seq: row.seq, request: JSON.parse(row.body).request };
    },
    isRecorded(seq, attempt) {
      if (!exists()) return false;
      const query =
        "select 1 from log where seq > ? and ref = ? and kind in ('sent', 'failed', 'blocked', 'retry', 'late') " +
        "and coalesce(json_extract(body, '$.attempt'), ?) = ? limit 1";
      return all(query, seq, seq, attempt, attempt).length > 0;
    },
    outgoing(seq) {
      const row = exists() ? all("select * from log where seq = ?", seq).map(toRow)[0] : undefined;
      return row?.kind === "out" ? row : undefined;
    },
    rows: (after, limit) =>
      exists() ? all("select * from log where seq > ? order by seq limit ?", after, limit).map(toRow) : [],
    newest: (limit) =>
      exists() ? all("select * from log order by seq desc limit ?", limit).map(toRow).toReversed() : [],
    append(owner, rows, state) {
      head ??= create(storage, owner);
      for (const [index, row] of rows.entries()) {
        const folded = index === rows.length - 1 ? JSON.stringify(state) : null;
        const { seq, at, key, kind, ref } = row;
        const insert = "insert into log(seq, at, key, kind, ref, body, state) values (?, ?, ?, ?, ?, ?, ?)";
        sql.exec(insert, seq, at, key, kind, ref, JSON.stringify(row.body), folded);
      }
    },
    prune(seq, limit) {
      sql.exec("delete from log where seq in (select seq from log where seq < ? order by seq limit ?)", seq, limit);
    },
  };
}

function create(storage: DurableObjectStorage, owner: Owner): Head {
  storage.sql.exec(
    "create table log(seq integer primary key, at integer not null, key text, kind text not null, ref integer, body text not null, state text)",
  );
  const head: Head = { schema: SCHEMA_VERSION, appid: owner.appid, openid: owner.openid };
  storage.kv.put(HEAD_KEY, head);
  return head;
}

function refuseNewer(head: Head | undefined): void {
  if (head !== undefined && head.schema > SCHEMA_VERSION) {
    throw new Error(
      `this conversation has schema ${head.schema}, this worker knows ${SCHEMA_VERSION}: deploy the newer worker again`,
    );
  }
}

/** A row of our own making: written by `append`, so its shape is known. */
function toRow({ seq, at, key, kind, ref, body }: Columns): RowDraft {
  return { seq, at, key, kind, ref, body: JSON.parse(body) } as RowDraft;
}
