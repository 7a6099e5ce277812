/**
 * The storage of the `Settings` object: the versions of the document (docs/storage.md). Reading creates nothing; the
 * table is created with the first version.
 */
import type { UnpublishedWork } from "./publisher.ts";

// A type, not an interface, because SQL rows must be assignable to Record<string, SqlStorageValue>.
/** One version of the document, as JSON text. */
export type VersionRow = {
  readonly version: number;
  /** Epoch ms. */
  readonly at: number;
  /** Who stored it, as the audit log names them. */
  readonly by: string;
  /** The sign-in of an agent who stored it; null: an API key was used. */
  readonly signIn: string | null;
  readonly body: string;
};

/** Reads and writes versions. */
export interface SettingsStore {
  /** Returns the newest version; undefined when none is stored. */
  newest(): VersionRow | undefined;
  /**
   * Adds a version and deletes older ones, except the newest `keep`, the newest that the audit log has, and those that
   * it does not have yet.
   */
  add(row: VersionRow, keep: number): void;
  /** Returns the versions that the audit log does not contain yet, oldest first, each with the previous body. */
  unaudited(): readonly { readonly row: VersionRow; readonly before: string | undefined }[];
  /** Records that the audit log contains every version up to this one. */
  setAudited(version: number): void;
  /** Records the version of the last finished write to KV; a slow write may finish last with an older version. */
  setPublished(version: number): void;
  /** Returns whether KV and the audit log lack the newest version, and when it was stored (0: none is stored). */
  unpublished(): UnpublishedWork;
}

/** The newest schema. */
const SCHEMA_VERSION = 1;
const HEAD_KEY = "head";

interface Head {
  readonly schema: number;
  /** The newest version that the audit log has. */
  readonly audited: number;
  /** The version in KV; absent: unknown. */
  readonly published?: number;
}

const SELECT = 'select version, at, by, sign_in as "signIn", body from versions';

/**
 * Opens the storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createSettingsStore(storage: DurableObjectStorage): SettingsStore {
  const { sql, kv } = storage;
  let schema = kv.get<Head>(HEAD_KEY)?.schema;
  if (schema !== undefined && schema > SCHEMA_VERSION) {
    throw new Error(
      `settings storage has schema ${schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }

  const head = (): Head => kv.get<Head>(HEAD_KEY) ?? { schema: SCHEMA_VERSION, audited: 0 };
  const audited = (): number => head().audited;

  function newest(): VersionRow | undefined {
    if (schema === undefined) return undefined;
    return sql.exec<VersionRow>(`${SELECT} order by version desc limit 1`).toArray()[0];
  }

  return {
    newest,
    add({ version, at, by, signIn, body }, keep) {
      storage.transactionSync(() => {
        if (schema === undefined) {
          sql.exec(
            `create table versions (
              version integer primary key, at integer not null, by text not null, sign_in text, body text not null
            )`,
          );
          kv.put(HEAD_KEY, { schema: SCHEMA_VERSION, audited: 0 } satisfies Head);
        }
        const insert = "insert into versions (version, at, by, sign_in, body) values (?, ?, ?, ?, ?)";
        sql.exec(insert, version, at, by, signIn, body);
        sql.exec("delete from versions where version <= ? and version < ?", version - keep, audited());
      });
      schema = SCHEMA_VERSION;
    },
    unaudited() {
      if (schema === undefined) return [];
      const known = audited();
      const rows = sql.exec<VersionRow>(`${SELECT} where version >= ? order by version`, known).toArray();
      return rows.flatMap((row, index) => (row.version > known ? [{ row, before: rows[index - 1]?.body }] : []));
    },
    setAudited(version) {
      const known = head();
      kv.put(HEAD_KEY, { ...known, audited: Math.max(version, known.audited) } satisfies Head);
    },
    setPublished(version) {
      if (schema !== undefined) kv.put(HEAD_KEY, { ...head(), published: version } satisfies Head);
    },
    unpublished() {
      const { version = 0, at = 0 } = newest() ?? {};
      const known = head();
      return { isKvBehind: known.published !== version, isAuditBehind: known.audited < version, since: at };
    },
  };
}
