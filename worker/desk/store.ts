/**
 * The storage of the `Desk` object (docs/storage.md): one row per value of the desk's tables, as JSON by table and
 * key; drafts are in a separate table. Reading creates nothing; the tables are created with the first row.
 */
import type { StoredRow } from "./core/state.ts";
import type { Details } from "./details.ts";
import type { StoredDraft } from "./drafts.ts";
import type { DeskStore } from "./stored-desk.ts";

// A type, not an interface: SQL rows must fit Record<string, SqlStorageValue>.
type StateRow = {
  readonly name: string;
  readonly key: string;
  readonly value: string;
  readonly details: string | null;
};

/** The newest schema version. */
const SCHEMA_VERSION = 1;
const HEAD_KEY = "head";
const CREATE = [
  `create table state (
    name text not null, key text not null, value text not null, details text, primary key (name, key)
  ) without rowid`,
  `create table drafts (
    agent text not null, conversation text not null, log text not null, mode text not null, sealed text not null,
    at integer not null, primary key (agent, conversation)
  ) without rowid`,
] as const;

/**
 * Opens the storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createDeskStore(storage: DurableObjectStorage): DeskStore {
  const { sql, kv } = storage;
  let schema = kv.get<{ readonly schema: number }>(HEAD_KEY)?.schema;
  if (schema !== undefined && schema > SCHEMA_VERSION) {
    throw new Error(
      `desk storage has schema ${schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }

  /** Runs statements in one transaction, which first creates the tables if there are none. */
  function transaction(run: () => void): void {
    storage.transactionSync(() => {
      if (schema === undefined) {
        for (const statement of CREATE) sql.exec(statement);
        kv.put(HEAD_KEY, { schema: SCHEMA_VERSION });
      }
      run();
    });
    schema = SCHEMA_VERSION;
  }

  return {
    load() {
      if (schema === undefined) return { rows: [], details: new Map(), drafts: [] };
      const rows: StoredRow[] = [];
      const details = new Map<string, Details>();
      for (const { name, key, value, details: kept } of sql.exec<StateRow>("select * from state")) {
        // `write` stores only rows of this type, and the details of an open session.
        rows.push({ table: name, key, value: JSON.parse(value) } as StoredRow);
        if (kept !== null) details.set(key, JSON.parse(kept) as Details);
      }
      return { rows, details, drafts: sql.exec<StoredDraft>("select * from drafts").toArray() };
    },
    write(effects, detailsOf) {
      const writes = effects.filter(({ type }) => type === "store" || type === "delete");
      if (writes.length === 0) return;
      transaction(() => {
        for (const effect of writes) {
          if (effect.type === "store") {
            const { table, key, value } = effect.row;
            const details = table === "entries" ? detailsOf(key) : undefined;
            sql.exec(
              "insert or replace into state (name, key, value, details) values (?, ?, ?, ?)",
              table,
              key,
              JSON.stringify(value),
              details === undefined ? null : JSON.stringify(details),
            );
          } else if (effect.type === "delete")
            sql.exec("delete from state where name = ? and key = ?", effect.table, effect.key);
        }
      });
    },
    saveDraft({ agent, conversation, log, mode, sealed, at }) {
      transaction(() => {
        sql.exec(
          "insert or replace into drafts (agent, conversation, log, mode, sealed, at) values (?, ?, ?, ?, ?, ?)",
          agent,
          conversation,
          log,
          mode,
          sealed,
          at,
        );
      });
    },
    deleteDraft(agent, conversation) {
      if (schema === undefined) return;
      sql.exec("delete from drafts where agent = ? and conversation = ?", agent, conversation);
    },
    deleteDraftsBefore(at) {
      if (schema === undefined) return;
      sql.exec("delete from drafts where at < ?", at);
    },
  };
}
