/**
 * The storage of the `Audit` object (docs/storage.md), which is append-only: this file has no statement that changes or
 * removes an entry, and triggers make SQLite refuse any. Reading creates nothing; the table is created with the first
 * entry.
 */
import type { AuditEntry } from "./core/entry.ts";

/** Reads and appends entries. */
export interface AuditStore {
  /** Returns the newest entry; undefined when there is none. */
  newest(): AuditEntry | undefined;
  /** Returns the entry recorded with a key; undefined when there is none. */
  find(key: string): AuditEntry | undefined;
  /** Returns at most `limit` entries after a seq, in ascending order. */
  after(seq: number, limit: number): readonly AuditEntry[];
  /** Returns the newest entry whose seq is not greater than this one; undefined when there is none. */
  upTo(seq: number): AuditEntry | undefined;
  /**
   * Appends the entry built from the newest one, in one transaction.
   *
   * @param key identifies the action, so that it is recorded once
   */
  append(key: string, link: (newest: AuditEntry | undefined) => AuditEntry): AuditEntry;
}

// A type, not an interface, because SQL rows must be assignable to Record<string, SqlStorageValue>.
type EntryRow = {
  readonly seq: number;
  readonly at: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  /** JSON. */
  readonly data: string;
  readonly prev: string;
  readonly hash: string;
};

/** The newest schema version. */
const SCHEMA_VERSION = 1;
const HEAD_KEY = "head";
const COLUMNS = "seq, at, actor, action, target, data, prev, hash";

/** The table, and the triggers that prevent changes. */
const CREATE = [
  `create table entries (
    seq integer primary key, key text not null unique, at integer not null, actor text not null, action text not null,
    target text not null, data text not null, prev text not null, hash text not null
  )`,
  "create trigger no_change before update on entries begin select raise(abort, 'the audit log only grows'); end",
  // An entry that takes the place of another one would remove it without firing the trigger below.
  `create trigger no_replacement before insert on entries
    when new.seq <> (select coalesce(max(seq), 0) + 1 from entries) or exists (select 1 from entries where key = new.key)
    begin select raise(abort, 'the audit log only grows'); end`,
  "create trigger no_removal before delete on entries begin select raise(abort, 'the audit log only grows'); end",
] as const;

/**
 * Opens the storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createAuditStore(storage: DurableObjectStorage): AuditStore {
  const { sql, kv } = storage;
  let schema = kv.get<{ readonly schema: number }>(HEAD_KEY)?.schema;
  if (schema !== undefined && schema > SCHEMA_VERSION) {
    throw new Error(
      `audit storage has schema ${schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }

  function read(condition: string, ...values: readonly (string | number)[]): readonly AuditEntry[] {
    if (schema === undefined) return [];
    return sql
      .exec<EntryRow>(`select ${COLUMNS} from entries ${condition}`, ...values)
      .toArray()
      .map(toEntry);
  }

  return {
    newest: () => read("order by seq desc limit 1")[0],
    find: (key) => read("where key = ?", key)[0],
    after: (seq, limit) => read("where seq > ? order by seq limit ?", seq, limit),
    upTo: (seq) => read("where seq <= ? order by seq desc limit 1", seq)[0],
    append(key, link) {
      const appended = storage.transactionSync(() => {
        const entry = link(read("order by seq desc limit 1")[0]);
        if (schema === undefined) {
          for (const statement of CREATE) sql.exec(statement);
          kv.put(HEAD_KEY, { schema: SCHEMA_VERSION });
        }
        const { seq, at, actor, action, target, data, prev, hash } = entry;
        const values = [seq, at, actor, action, target, JSON.stringify(data), prev, hash, key];
        sql.exec(`insert into entries (${COLUMNS}, key) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`, ...values);
        return entry;
      });
      schema = SCHEMA_VERSION;
      return appended;
    },
  };
}

function toEntry({ data, ...row }: EntryRow): AuditEntry {
  // `append` wrote this JSON from an entry's data, so it is not validated again.
  return { ...row, data: JSON.parse(data) };
}
