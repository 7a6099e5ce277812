/**
 * The storage of the account object: one value for token and failures, two small tables for account events and the
 * quarantine (docs/storage.md). Reading creates nothing; the first write creates the tables. All methods are
 * synchronous, so no other event runs between a decision and its write.
 */
import { pruneRelayed } from "../forwarding/answer-store.ts";
import { plausibleAccount } from "./core/plausible-times.ts";
import type { Oldest } from "./core/schedule.ts";
import { NEW_ACCOUNT, type AccountState } from "./core/state.ts";

// Types, not interfaces: SQL rows must fit Record<string, SqlStorageValue>.
/** One account event, with its user as JSON text. */
export type EventRow = {
  readonly seq: number;
  /** When it was stored, epoch ms. */
  readonly at: number;
  readonly key: string;
  readonly body: string;
};

/** One authentic push that could not be parsed. */
export type QuarantineRow = {
  readonly seq: number;
  /** When it was stored, epoch ms. */
  readonly at: number;
  readonly hash: string;
  readonly cause: string;
  readonly body: string;
  /** Size of the whole body, bytes; greater than the size of `body` when that was cut. */
  readonly bytes: number;
};

/** Reads and writes the storage of one account. */
export interface AccountStore {
  /** Returns the account's credential; undefined when nothing has been stored. */
  credential(): string | undefined;
  /**
   * Returns whether the object contains data without a head entry: data of version 0.1, whose objects had other names.
   */
  isForeign(): boolean;
  /** Returns the state, with implausible times corrected (`plausibleAccount`); before the first write `NEW_ACCOUNT`. */
  state(): AccountState;
  /** Changes the given fields, keeps the others. */
  write(patch: Partial<AccountState>): void;
  /**
   * Returns whether the event with this key, stored at `since` (epoch ms) or later, was emptied; undefined when there
   * is no such event.
   */
  findEvent(key: string, since: number): { readonly isErased: boolean } | undefined;
  /** Returns whether the event with a seq exists and was not emptied. */
  hasEvent(seq: number): boolean;
  /** Adds an event. Returns its seq. */
  addEvent(row: Omit<EventRow, "seq">): number;
  /** Returns the seq of the newest event; 0 when there is none. */
  newestEvent(): number;
  /** Returns the seq of the newest event that is not one of the newest `keep`; null when all are. */
  eventBeyond(keep: number): number | null;
  /** Returns the seq of the newest event stored before `horizon`, epoch ms; null when there is none. */
  eventBefore(horizon: number): number | null;
  /**
   * Returns the number of events after one seq and up to another, and the first of them; undefined for none. Emptied
   * events are not counted.
   */
  undelivered(
    after: number,
    upTo: number,
  ): { readonly seq: number; readonly at: number; readonly count: number } | undefined;
  /** Deletes events up to a seq. */
  deleteEvents(upTo: number): void;
  /**
   * Returns events after `after` that were not emptied, oldest first: at most `limit`; and, after the first one, none
   * that makes the sum longer than `maxLength` (UTF-16 units of bodies).
   */
  events(after: number, limit: number, maxLength: number): readonly EventRow[];
  isQuarantined(hash: string): boolean;
  /** Adds an entry and deletes all except the newest `keep`. */
  addQuarantined(row: Omit<QuarantineRow, "seq">, keep: number): void;
  /**
   * Returns the newest entries stored at `since` or later, newest first; entries whose user was erased are left out.
   */
  quarantined(since: number, limit: number): readonly QuarantineRow[];
  oldest(): Pick<Oldest, "event" | "quarantined">;
  /**
   * Deletes quarantine entries stored before `quarantined`, and forwarded answers that have expired at `now` (both
   * epoch ms).
   */
  prune(quarantined: number, now: number): void;
}

/** The newest schema. Steps only go forward; data of every older version can be opened. */
const SCHEMA_VERSION = 1;

const HEAD_KEY = "head";
const STATE_KEY = "state";
/** The error for an account object that was created without a name. */
export const NAMELESS_ACCOUNT = "an account object must be created with idFromName(credential)";
/** Step n upgrades version n to n + 1. */
const STEPS: readonly (readonly string[])[] = [
  [
    "create table account_events (seq integer primary key, at integer not null, key text not null, body text not null)",
    `create table quarantine (seq integer primary key, at integer not null, hash text not null, cause text not null,
      body text not null, bytes integer not null)`,
  ],
];

interface Head {
  readonly schema: number;
  readonly credential: string;
}

/**
 * Opens an account's storage and brings an older schema up to date.
 *
 * @param credential the account's credential, written with the first row; undefined: the stored one
 * @param now returns the time, epoch ms
 * @throws Error when it was written by a newer version of this worker
 */
export function createAccountStore(
  storage: DurableObjectStorage,
  credential: string | undefined,
  now: () => number = () => Date.now(),
): AccountStore {
  const { sql, kv } = storage;
  let head = kv.get<Head>(HEAD_KEY);
  const migrate = (from: number) => {
    for (const statement of STEPS.slice(from).flat()) sql.exec(statement);
    const name = credential ?? head?.credential;
    if (name === undefined) throw new Error(NAMELESS_ACCOUNT);
    head = { schema: SCHEMA_VERSION, credential: name };
    kv.put(HEAD_KEY, head);
  };
  const writing = <T>(step: () => T): T => {
    const before = head;
    try {
      return storage.transactionSync(() => {
        if (head === undefined) migrate(0);
        return step();
      });
    } catch (error) {
      head = before;
      throw error;
    }
  };
  if (head !== undefined && head.schema > SCHEMA_VERSION) {
    throw new Error(
      `account storage has schema ${head.schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }
  if (head !== undefined && head.schema < SCHEMA_VERSION) storage.transactionSync(() => migrate(head?.schema ?? 0));
  const rows = <T extends Record<string, SqlStorageValue>>(read: () => SqlStorageCursor<T>): readonly T[] =>
    head === undefined ? [] : read().toArray();
  const number = (query: string, ...args: SqlStorageValue[]): number | null =>
    rows(() => sql.exec<{ number: number | null }>(query, ...args))[0]?.number ?? null;
  // Returns the next seq: arrival order, time and cursor in one number.
  const nextSeq = (table: "account_events" | "quarantine", at: number): number =>
    Math.max((number(`select max(seq) as number from ${table}`) ?? 0) + 1, at);

  return {
    credential: () => head?.credential,
    isForeign: () => head === undefined && [...kv.list({ limit: 1 })].length > 0,
    state: () => plausibleAccount({ ...NEW_ACCOUNT, ...kv.get<Partial<AccountState>>(STATE_KEY) }, now()),
    write(patch) {
      writing(() => kv.put(STATE_KEY, { ...NEW_ACCOUNT, ...kv.get<Partial<AccountState>>(STATE_KEY), ...patch }));
    },
    findEvent(key, since) {
      // A seq is the time of arrival or later, so reading the newest part of the table is enough and needs no index.
      const query = "select body = '' as empty from account_events where seq >= ? and key = ? limit 1";
      const [event] = rows(() => sql.exec<{ empty: number }>(query, since, key));
      return event && { isErased: event.empty === 1 };
    },
    hasEvent: (seq) =>
      rows(() => sql.exec("select 1 from account_events where seq = ? and body <> ''", seq)).length > 0,
    addEvent(row) {
      return writing(() => {
        const seq = nextSeq("account_events", row.at);
        sql.exec("insert into account_events (seq, at, key, body) values (?, ?, ?, ?)", seq, row.at, row.key, row.body);
        return seq;
      });
    },
    newestEvent: () => number("select max(seq) as number from account_events") ?? 0,
    eventBeyond: (keep) => number("select seq as number from account_events order by seq desc limit 1 offset ?", keep),
    eventBefore: (horizon) => number("select max(seq) as number from account_events where at < ?", horizon),
    undelivered(after, upTo) {
      const query = `select min(seq) as seq, at, count(*) as count from account_events
        where seq > ? and seq <= ? and body <> ''`;
      const [lost] = rows(() => sql.exec<{ seq: number | null; at: number; count: number }>(query, after, upTo));
      return lost === undefined || lost.seq === null ? undefined : { ...lost, seq: lost.seq };
    },
    deleteEvents(upTo) {
      if (head !== undefined) sql.exec("delete from account_events where seq <= ?", upTo);
    },
    events(after, limit, maxLength) {
      if (head === undefined) return [];
      const query = "select seq, at, key, body from account_events where seq > ? and body <> '' order by seq limit ?";
      const page: EventRow[] = [];
      let length = 0;
      for (const row of sql.exec<EventRow>(query, after, limit)) {
        length += row.body.length;
        if (page.length > 0 && length > maxLength) break;
        page.push(row);
      }
      return page;
    },
    isQuarantined: (hash) =>
      rows(() => sql.exec<{ seq: number }>("select seq from quarantine where hash = ? limit 1", hash)).length > 0,
    addQuarantined(row, keep) {
      writing(() => {
        const seq = nextSeq("quarantine", row.at);
        const values = [seq, row.at, row.hash, row.cause, row.body, row.bytes];
        sql.exec("insert into quarantine (seq, at, hash, cause, body, bytes) values (?, ?, ?, ?, ?, ?)", ...values);
        const beyond = "select seq from quarantine order by seq desc limit 1 offset ?";
        sql.exec(`delete from quarantine where seq <= (${beyond})`, keep);
      });
    },
    quarantined(since, limit) {
      const query = `select seq, at, hash, cause, body, bytes from quarantine where at >= ? and cause <> 'erased'
        order by seq desc limit ?`;
      return rows(() => sql.exec<QuarantineRow>(query, since, limit));
    },
    oldest: () => ({
      event: number("select at as number from account_events order by seq limit 1"),
      quarantined: number("select at as number from quarantine order by seq limit 1"),
    }),
    prune(quarantined, now) {
      if (head === undefined) return;
      pruneRelayed(storage, now);
      sql.exec("delete from quarantine where at < ?", quarantined);
    },
  };
}
