/**
 * The storage of the `Archive` object (docs/storage.md). Reading creates nothing; the tables are created with the first
 * report or erasure.
 */
import { TAIL_LENGTH } from "../../shared/text/mask-id.ts";
import { generationOf } from "../conversation/core/log-id.ts";
import type { ClosedFilter, ClosedPosition } from "./core/closed-list.ts";
import { isMissed, type ArchivedSession, type ArchiveReport, type Position } from "./core/report.ts";
import type { DirectoryEntry } from "./rpc.ts";

/** Reads and writes the archive. Every method is synchronous. */
export interface ArchiveStore {
  /** Returns the position of the newest report about a conversation, and the highest erased generation; 0: none. */
  known(conversation: string): { readonly position: Position | undefined; readonly erased: number };
  /** Stores a report. Sessions that are already stored are replaced. */
  add(conversation: string, report: ArchiveReport): void;
  /** Deletes everything of a conversation up to a generation. */
  remove(conversation: string, generation: number): void;
  /** Records the erasure of a generation. @param at epoch ms */
  bury(conversation: string, generation: number, at: number): void;
  /** Returns at most `limit` contacts whose conversation's id is greater than `after`, in the order of these ids. */
  contacts(after: string, limit: number): readonly DirectoryEntry[];
  /**
   * Returns at most `limit` closed sessions, newest first. Where no index answers the filter, only `MAX_SEARCHED`
   * sessions are examined: fewer than `limit` may then be found although there are more.
   *
   * @param before only sessions after this one in that order
   * @returns the sessions, and after which one the next call continues; undefined: there are no more
   */
  closed(
    filter: ClosedFilter,
    before: ClosedPosition | undefined,
    limit: number,
  ): { readonly sessions: readonly ArchivedSession[]; readonly next: ClosedPosition | undefined };
  /**
   * Deletes at most `limit` sessions closed before a time, and the erasures recorded before a time, epoch ms.
   *
   * @returns whether there may be more sessions to delete
   */
  prune(closedBefore: number, buriedBefore: number, limit: number): boolean;
  /** Returns whether anything is stored that `prune` will delete later. */
  hasDue(): boolean;
}

/**
 * The sessions that one call examines for a tail or for what an agent may see, so that neither reads the whole archive.
 */
export const MAX_SEARCHED = 5_000;

/** A row of `sessions` as it is read. */
interface SessionRow {
  readonly conversation: string;
  readonly session: number;
  readonly log: string;
  readonly account: string;
  readonly tail: string;
  readonly closedAt: number;
  readonly reason: ArchivedSession["reason"];
  readonly assignee: string | null;
  readonly team: string | null;
  readonly missed: number;
  /** JSON. */
  readonly sums: string;
  readonly score: number | null;
  readonly ratedAt: number | null;
}

/** The newest schema. */
const SCHEMA_VERSION = 1;
const HEAD_KEY = "head";

/** `without rowid`: an insert writes one row less (docs/storage.md). Each index costs one more. */
const CREATE = [
  `create table contacts (
    conversation text primary key, log text not null, seq integer not null, account text not null, user text not null,
    tail text not null, first_seen_at integer not null, last_seen_at integer not null
  ) without rowid`,
  `create table sessions (
    conversation text not null, session integer not null, log text not null, account text not null, tail text not null,
    closed_at integer not null, reason text not null, assignee text, team text, missed integer not null,
    sums text not null, score integer, rated_at integer, primary key (conversation, session)
  ) without rowid`,
  "create index sessions_by_time on sessions (closed_at)",
  "create index sessions_by_team on sessions (team, closed_at) where team is not null",
  "create index missed_sessions on sessions (closed_at) where missed = 1",
  "create table erased (conversation text primary key, generation integer not null, at integer not null) without rowid",
] as const;

const CONTACT = `conversation, log, account, user, tail, first_seen_at as "firstSeenAt", last_seen_at as "lastSeenAt"`;
const SESSION = `conversation, session, log, account, tail, closed_at as "closedAt", reason, assignee, team, missed,
  sums, score, rated_at as "ratedAt"`;
const POSITION = 'closed_at as "closedAt", conversation, session';
const ORDER = "order by closed_at desc, conversation desc, session desc";

/**
 * Opens the storage.
 *
 * @throws Error when it was written by a newer version of this worker
 */
export function createArchiveStore(storage: DurableObjectStorage): ArchiveStore {
  const { sql, kv } = storage;
  let schema = kv.get<{ readonly schema: number }>(HEAD_KEY)?.schema;
  if (schema !== undefined && schema > SCHEMA_VERSION) {
    throw new Error(
      `archive storage has schema ${schema}, but this worker supports up to ${SCHEMA_VERSION}: deploy the newer version of the worker`,
    );
  }

  /** Runs a query whose columns are those of the expected type; no rows before the first change. */
  function read(query: string, ...values: readonly SqlStorageValue[]): readonly unknown[] {
    return schema === undefined ? [] : sql.exec(query, ...values).toArray();
  }

  /** Runs a change in one transaction. The first one creates the tables. */
  function change(run: () => void): void {
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
    known(conversation) {
      const position = 'select log, seq as "to" from contacts where conversation = ?';
      const buried = "select generation from erased where conversation = ?";
      const [known] = read(position, conversation) as readonly Position[];
      const [erased] = read(buried, conversation) as readonly { readonly generation: number }[];
      return { position: known, erased: erased?.generation ?? 0 };
    },
    add(conversation, { log, to, contact, closed, ratings }) {
      const { account, user, tail, firstSeenAt, lastSeenAt } = contact;
      change(() => {
        sql.exec(
          "insert or replace into contacts values (?, ?, ?, ?, ?, ?, ?, ?)",
          conversation,
          log,
          to,
          account,
          user,
          tail,
          firstSeenAt,
          lastSeenAt,
        );
        for (const { session, closedAt, reason, assignee, team, sums } of closed) {
          const missed = isMissed({ reason, sums }) ? 1 : 0;
          // An update leaves the rating unchanged, because a session may be reported again after it was rated.
          sql.exec(
            `insert into sessions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, null)
              on conflict (conversation, session) do update set log = excluded.log, closed_at = excluded.closed_at,
              reason = excluded.reason, assignee = excluded.assignee, team = excluded.team,
              missed = excluded.missed, sums = excluded.sums`,
            conversation,
            session,
            log,
            account,
            tail,
            closedAt,
            reason,
            assignee,
            team,
            missed,
            JSON.stringify(sums),
          );
        }
        for (const { session, score, ratedAt } of ratings) {
          sql.exec(
            "update sessions set score = ?, rated_at = ? where conversation = ? and session = ?",
            score,
            ratedAt,
            conversation,
            session,
          );
        }
      });
    },
    remove(conversation, generation) {
      const isErased = ({ log }: { readonly log: string }): boolean => generationOf(log) <= generation;
      const query =
        "select log from contacts where conversation = ? union select log from sessions where conversation = ?";
      const known = read(query, conversation, conversation) as readonly { readonly log: string }[];
      const logs = known.filter(isErased);
      if (logs.length === 0) return;
      change(() => {
        for (const { log } of logs) {
          sql.exec("delete from contacts where conversation = ? and log = ?", conversation, log);
          sql.exec("delete from sessions where conversation = ? and log = ?", conversation, log);
        }
      });
    },
    bury(conversation, generation, at) {
      change(() => sql.exec("insert or replace into erased values (?, ?, ?)", conversation, generation, at));
    },
    contacts(after, limit) {
      const query = `select ${CONTACT} from contacts where conversation > ? order by conversation limit ?`;
      return read(query, after, limit) as readonly DirectoryEntry[];
    },
    closed({ team, onlyMissed, visibleTo, tail }, before, limit) {
      if (tail !== undefined && tail.length > TAIL_LENGTH) return { sessions: [], next: undefined };
      // What an index answers, and what is examined row by row.
      const indexed = join([
        team !== undefined && ["team = ?", team],
        onlyMissed === true && ["missed = 1"],
        before !== undefined && [
          "closed_at <= ? and (closed_at, conversation, session) < (?, ?, ?)",
          before.closedAt,
          before.closedAt,
          before.conversation,
          before.session,
        ],
      ]);
      const examined = join([
        visibleTo !== undefined && [
          "(team is null or assignee = ? or team in (select value from json_each(?)))",
          visibleTo.agent,
          JSON.stringify(visibleTo.teams),
        ],
        tail !== undefined && ["instr(lower(tail), ?) > 0", tail],
      ]);
      const isSearch = examined.where !== "";
      const from = isSearch
        ? `(select * from sessions ${indexed.where} ${ORDER} limit ${MAX_SEARCHED}) ${examined.where}`
        : `sessions ${indexed.where}`;
      const query = `select ${SESSION} from ${from} ${ORDER} limit ?`;
      const found = read(query, ...indexed.values, ...examined.values, limit) as readonly SessionRow[];
      const sessions = found.map(toArchivedSession);
      if (found.length === limit) return { sessions, next: found.at(-1) };
      const last = `select ${POSITION} from sessions ${indexed.where} ${ORDER} limit 1 offset ${MAX_SEARCHED - 1}`;
      const [next] = isSearch ? (read(last, ...indexed.values) as readonly ClosedPosition[]) : [];
      return { sessions, next };
    },
    prune(closedBefore, buriedBefore, limit) {
      if (schema === undefined) return false;
      const old =
        "select conversation, session from sessions where closed_at < ? order by closed_at, conversation, session limit ?";
      const sessions = sql.exec(
        `delete from sessions where (conversation, session) in (${old}) returning session`,
        closedBefore,
        limit,
      );
      const count = sessions.toArray().length;
      sql.exec("delete from erased where at < ?", buriedBefore);
      return count === limit;
    },
    hasDue() {
      const query = "select exists (select 1 from sessions) or exists (select 1 from erased) as due";
      const [answer] = read(query) as readonly { readonly due: number }[];
      return answer?.due === 1;
    },
  };
}

/** Joins conditions, each with its values; false: one that is not needed. */
function join(conditions: readonly (false | readonly [condition: string, ...values: SqlStorageValue[]])[]) {
  const needed = conditions.filter((condition) => condition !== false);
  const where = needed.length === 0 ? "" : `where ${needed.map(([condition]) => condition).join(" and ")}`;
  return { where, values: needed.flatMap(([, ...values]) => values) };
}

function toArchivedSession({ account, tail, missed, sums, score, ratedAt, ...row }: SessionRow): ArchivedSession {
  return {
    ...row,
    contact: { account, tail },
    // `add` stores only the sums of a session.
    sums: JSON.parse(sums),
    rating: score === null || ratedAt === null ? null : { score, ratedAt },
    isMissed: missed === 1,
  };
}
