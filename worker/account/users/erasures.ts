/**
 * The users erased within the last day, stored by the account object as one hash each. With them the object recognises
 * an event or an unreadable push from before the erasure that arrives or is repeated later (docs/design/erasure.md).
 * The hash is an HMAC with a random key of this object; stored with it are the time of the erasure and the shape of the
 * openid (`OpenidShape`). The newest 10 000 are kept; the alarm removes entries older than a day. All SQL on this table
 * is in this file. The table is created with the first entry, without a schema step.
 */
import { Buffer } from "node:buffer";
import { findOpenids, shapeOf, type OpenidShape } from "../../../shared/text/names-user.ts";
import { ERASURE_MS, isErasureOver, isFromBeforeErasure } from "../../conversation/core/erasure.ts";

/** The key of the storage entry that contains the random HMAC key. */
const KEY_ENTRY = "erasure_key";
/** The maximum number of stored erasures. */
export const MAX_ERASURES = 10_000;
/**
 * The maximum number of possible openids in one text, by the lengths of erased openids. A text with more counts as
 * naming an erased user, because hashing more would cost too much CPU.
 */
const MAX_CANDIDATES = 4_096;
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const CREATE = `create table if not exists erased (seq integer primary key, at integer not null, hash text not null,
  length integer not null, word integer not null)`;

// Types, not interfaces: SQL rows must fit Record<string, SqlStorageValue>.
type ErasedRow = { readonly at: number; readonly hash: string };
type ShapeRow = { readonly length: number; readonly word: number };
type Row = Record<string, SqlStorageValue>;
type Newest = { readonly seq: number; readonly at: number };

/** The entry for an openid that is about to be erased. */
export interface ErasedOpenid extends OpenidShape {
  readonly hash: string;
}

/** Stores and finds erased users. */
export interface Erasures {
  /** Returns the entry for an openid: its hash and its shape. */
  hash(openid: string): Promise<ErasedOpenid>;
  /** Stores that a user was erased. Beyond 10 000 erasures the oldest is deleted. */
  note(openid: ErasedOpenid, erasedAt: number): void;
  /**
   * Returns whether something created at this time may be from before an erasure; if not, no text has to be searched.
   *
   * @param createdAt epoch ms; 0: unknown, which counts as before
   */
  mayConcern(createdAt: number, now: number): boolean;
  /**
   * Returns whether a text created at this time names a user who was erased later; also true for a text with more than
   * `MAX_CANDIDATES` possible openids.
   */
  concern(text: string, createdAt: number, now: number): Promise<boolean>;
  /** Returns when the oldest stored erasure was, epoch ms; null when none is stored. */
  oldest(): number | null;
  /** Deletes entries older than a day. */
  expire(now: number): void;
}

/** Opens the table of erasures. */
export function createErasures(storage: DurableObjectStorage): Erasures {
  const { sql } = storage;
  let exists: boolean | undefined;
  let newest: Newest | undefined;

  function hasTable(): boolean {
    return (exists ??=
      sql.exec("select 1 from sqlite_master where type = 'table' and name = 'erased'").toArray().length > 0);
  }

  const read = <T extends Row>(rows: () => SqlStorageCursor<T>): readonly T[] => (hasTable() ? rows().toArray() : []);

  /** Returns the newest erasure; kept in memory, because every event needs it. */
  function newestOne(): Newest {
    return (newest ??= read(() => sql.exec<Newest>("select seq, at from erased order by seq desc limit 1"))[0] ?? {
      seq: 0,
      at: 0,
    });
  }

  function secretKey(): Uint8Array<ArrayBuffer> {
    const known = storage.kv.get<Uint8Array<ArrayBuffer>>(KEY_ENTRY);
    if (known !== undefined) return known;
    const made = crypto.getRandomValues(new Uint8Array(32));
    storage.kv.put(KEY_ENTRY, made);
    return made;
  }

  async function hashAll(openids: Iterable<string>): Promise<readonly string[]> {
    const key = await crypto.subtle.importKey("raw", secretKey(), HMAC, false, ["sign"]);
    return Promise.all(Array.from(openids, (openid) => hashOne(key, openid)));
  }

  function isNoted(hashes: readonly string[], createdAt: number, now: number): boolean {
    const wanted = new Set(hashes);
    return read(() => sql.exec<ErasedRow>("select at, hash from erased where at >= ?", createdAt)).some(
      ({ at, hash }) => wanted.has(hash) && isFromBeforeErasure(createdAt, at, now),
    );
  }

  const oldest = () =>
    read(() => sql.exec<{ at: number }>("select at from erased order by seq limit 1"))[0]?.at ?? null;

  const mayConcern: Erasures["mayConcern"] = (createdAt, now) => {
    const { at } = newestOne();
    return createdAt <= at && !isErasureOver(at, now);
  };

  return {
    async hash(openid) {
      const [hash = ""] = await hashAll([openid]);
      return { ...shapeOf(openid), hash };
    },
    note({ hash, length, isWord }, erasedAt) {
      sql.exec(CREATE);
      exists = true;
      const seq = newestOne().seq + 1;
      sql.exec("delete from erased where seq <= ?", seq - MAX_ERASURES);
      const values = [seq, erasedAt, hash, length, Number(isWord)];
      sql.exec("insert into erased (seq, at, hash, length, word) values (?, ?, ?, ?, ?)", ...values);
      newest = { seq, at: erasedAt };
    },
    mayConcern,
    async concern(text, createdAt, now) {
      while (mayConcern(createdAt, now)) {
        const before = newestOne();
        const shapes = read(() => sql.exec<ShapeRow>("select distinct length, word from erased"));
        const openids = findOpenids(
          text,
          shapes.map(({ length, word }) => ({ length, isWord: word === 1 })),
          MAX_CANDIDATES,
        );
        if (openids === undefined) return true;
        const hashes = await hashAll(openids);
        // If the newest erasure has changed, a user was erased while the hashes were computed, possibly with an openid
        // of another length: compute again.
        if (before === newestOne()) return isNoted(hashes, createdAt, now);
      }
      return false;
    },
    oldest,
    expire(now) {
      const at = oldest();
      if (at === null || !isErasureOver(at, now)) return;
      sql.exec("delete from erased where at <= ?", now - ERASURE_MS);
      newest = undefined;
    },
  };
}

async function hashOne(key: CryptoKey, openid: string): Promise<string> {
  const mac = await crypto.subtle.sign(HMAC, key, new TextEncoder().encode(openid));
  return Buffer.from(mac).toString("hex");
}
