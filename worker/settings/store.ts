/**
 * The storage of the `Settings` object: the versions of the document (docs/storage.md). Reading creates nothing; the
 * table is created with the first version.
 */

// A type, not an interface: SQL rows must fit Record<string, SqlStorageValue>.
/** One version of the document, as JSON text. */
export type VersionRow = {
  readonly version: number;
  /** Epoch ms. */
  readonly at: number;
  readonly body: string;
};

/** Reads and writes versions. */
export interface SettingsStore {
  newest(): VersionRow | undefined;
  /** Adds a version and forgets all but the newest `keep`. */
  add(row: VersionRow, keep: number): void;
}

/** The newest schema. */
const SCHEMA_VERSION = 1;
const HEAD_KEY = "head";

/**
 * Opens the storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createSettingsStore(storage: DurableObjectStorage): SettingsStore {
  const { sql, kv } = storage;
  let schema = kv.get<{ readonly schema: number }>(HEAD_KEY)?.schema;
  if (schema !== undefined && schema > SCHEMA_VERSION) {
    throw new Error(`settings storage has schema ${schema}, this worker knows ${SCHEMA_VERSION}: deploy the newer one`);
  }
  return {
    newest() {
      if (schema === undefined) return undefined;
      return sql.exec<VersionRow>("select version, at, body from versions order by version desc limit 1").toArray()[0];
    },
    add({ version, at, body }, keep) {
      storage.transactionSync(() => {
        if (schema === undefined) {
          sql.exec("create table versions (version integer primary key, at integer not null, body text not null)");
          kv.put(HEAD_KEY, { schema: SCHEMA_VERSION });
        }
        sql.exec("insert into versions (version, at, body) values (?, ?, ?)", version, at, body);
        sql.exec("delete from versions where version <= ?", version - keep);
      });
      schema = SCHEMA_VERSION;
    },
  };
}
