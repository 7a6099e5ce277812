/**
 * Stores which events webhooks did not receive: one entry for each endpoint and conversation with skipped events, in
 * the account object, for `GET /webhooks` and for replays (docs/design/0013-webhooks.md). The events themselves stay in
 * the conversations' logs.
 *
 * The table and its index are created with the first entry, without a schema step.
 */
import type { SkipReason, SkippedConversation, SkippedEvent, SkippedEvents, SkippedSummary } from "./core/skipped.ts";

/** Reads and writes the entries. */
export interface SkippedStore {
  /** Adds skipped events to the entry of their conversation. */
  note(webhook: string, skipped: SkippedEvents, now: number): void;
  /** Returns a summary of the entries of an endpoint; undefined when there are none. */
  summary(webhook: string): SkippedSummary | undefined;
  /**
   * Returns conversations: at most the given number, those whose first skipped event is oldest first; or one by its
   * object's id.
   */
  conversations(webhook: string, which: number | string): readonly SkippedConversation[];
  /** Removes an entry, unless more events were skipped since it was read. */
  remove(webhook: string, read: SkippedConversation): void;
  /** Removes all entries of an endpoint. @returns the number of events in them */
  clear(webhook: string): number;
  /** Removes all entries of a conversation. */
  forget(conversation: string): void;
  /** Removes the entries of all endpoints except these ids. */
  keep(webhooks: readonly string[]): void;
  /** Returns the earliest time at which an entry was last added to, epoch ms; null when there is none. */
  oldest(): number | null;
  /** Removes entries that were last added to before this time, epoch ms. */
  prune(horizon: number): void;
}

/**
 * The maximum number of conversations listed for one endpoint; skipped events of further conversations are counted in
 * one entry without a name.
 */
export const MAX_LISTED = 10_000;
/**
 * The id of the entry for unlisted conversations; not an object's id. Id and type of this entry's first event are not
 * stored, because `forget` could not find its conversation.
 */
const UNLISTED = "*";

// A type, not an interface, because SQL rows must be assignable to Record<string, SqlStorageValue>.
type Entry = {
  readonly conversation: string;
  readonly log: string | null;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly at: number;
  readonly count: number;
  readonly noted: number;
  /** Written by `note`, so it is one of these values. */
  readonly reason: SkipReason;
  readonly status: number | null;
};

const CREATE = `create table if not exists webhook_skipped (webhook text not null, conversation text not null, log text,
  seq integer not null, id text not null, type text not null, at integer not null, count integer not null,
  noted integer not null, reason text not null, status integer, primary key (webhook, conversation)) without rowid`;
/** Each write reads the oldest entry (to set the alarm); with the index that reads one row, not the table. */
const CREATE_INDEX = "create index if not exists webhook_skipped_noted on webhook_skipped (noted)";
const LISTED = "from webhook_skipped where webhook = ? and conversation <> ?";
const REMOVE = "delete from webhook_skipped where webhook = ? and conversation = ?";
/** Adds events to an entry: the event with the lowest seq is kept; reason and status are replaced. */
const NOTE = `insert into webhook_skipped (webhook, conversation, log, seq, id, type, at, count, noted, reason, status)
  values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (webhook, conversation) do update set
  count = count + excluded.count, noted = excluded.noted, reason = excluded.reason, status = excluded.status,
  id = iif(excluded.seq < seq, excluded.id, id), type = iif(excluded.seq < seq, excluded.type, type),
  at = iif(excluded.seq < seq, excluded.at, at), seq = min(seq, excluded.seq)`;

/** Opens the record of an account. */
export function createSkippedStore({ sql }: DurableObjectStorage): SkippedStore {
  /** Whether the table exists; undefined: not read yet. */
  let known: boolean | undefined;
  const exists = () =>
    (known ??= sql.exec("select 1 from sqlite_master where name = 'webhook_skipped'").toArray().length > 0);
  const entries = (query: string, ...args: SqlStorageValue[]): readonly Entry[] =>
    exists() ? sql.exec<Entry>(query, ...args).toArray() : [];
  const number = (query: string, ...args: SqlStorageValue[]): number | null =>
    exists() ? sql.exec<{ number: number | null }>(query, ...args).one().number : null;
  /** Whether table and index were created or found by this instance. */
  let isReady = false;
  /**
   * The number of listed conversations, by webhook: counted once instead of for every write, and cleared when entries
   * are removed.
   */
  const sizes = new Map<string, number>();
  const find = (webhook: string, conversation: string) =>
    entries("select * from webhook_skipped where webhook = ? and conversation = ?", webhook, conversation);
  const sizeOf = (webhook: string): number =>
    sizes.get(webhook) ?? number(`select count(*) as number ${LISTED}`, webhook, UNLISTED) ?? 0;
  const remove = (query: string, ...args: SqlStorageValue[]) => {
    if (exists()) sql.exec(query, ...args);
    sizes.clear();
  };

  return {
    note(webhook, { conversation, log = null, count, first, reason, status }, now) {
      if (!isReady) for (const query of [CREATE, CREATE_INDEX]) sql.exec(query);
      isReady = true;
      known = true;
      const [before] = find(webhook, conversation);
      const isKnown = before !== undefined;
      // The entry belongs to a log that was erased in the meantime, so it is replaced.
      if (isKnown && before.log !== log) sql.exec(REMOVE, webhook, conversation);
      const size = sizeOf(webhook);
      const isNamed = isKnown || size < MAX_LISTED;
      sizes.set(webhook, isKnown ? size : size + 1);
      const { seq, id, type, at } = isNamed ? first : { ...first, id: "", type: "" };
      const name = isNamed ? conversation : UNLISTED;
      sql.exec(NOTE, webhook, name, isNamed ? log : null, seq, id, type, at, count, now, reason, status ?? null);
    },
    summary(webhook) {
      const [last] = entries("select * from webhook_skipped where webhook = ? order by noted desc limit 1", webhook);
      if (last === undefined) return undefined;
      const [first] = entries(`select * ${LISTED} order by seq limit 1`, webhook, UNLISTED);
      const count = number("select sum(count) as number from webhook_skipped where webhook = ?", webhook) ?? 0;
      return {
        count,
        conversations: number(`select count(*) as number ${LISTED}`, webhook, UNLISTED) ?? 0,
        lastAt: last.noted,
        lastReason: last.reason,
        ...(last.status !== null && { lastStatus: last.status }),
        ...(first !== undefined && { first: toEvent(first) }),
        unlisted: count - (number(`select sum(count) as number ${LISTED}`, webhook, UNLISTED) ?? 0),
      };
    },
    conversations(webhook, which) {
      const found =
        typeof which === "string"
          ? find(webhook, which)
          : entries(`select * ${LISTED} order by seq limit ?`, webhook, UNLISTED, which);
      return found.map(toConversation);
    },
    remove(webhook, { conversation, count }) {
      const query = "delete from webhook_skipped where webhook = ? and conversation = ? and count = ?";
      remove(query, webhook, conversation, count);
    },
    clear(webhook) {
      const count = number("select sum(count) as number from webhook_skipped where webhook = ?", webhook) ?? 0;
      remove("delete from webhook_skipped where webhook = ?", webhook);
      return count;
    },
    forget(conversation) {
      remove("delete from webhook_skipped where conversation = ?", conversation);
    },
    keep(webhooks) {
      const query = "delete from webhook_skipped where webhook not in (select value from json_each(?))";
      remove(query, JSON.stringify(webhooks));
    },
    oldest: () => number("select min(noted) as number from webhook_skipped"),
    prune(horizon) {
      remove("delete from webhook_skipped where noted < ?", horizon);
    },
  };
}

function toEvent({ seq, id, type, at, conversation }: Entry): SkippedEvent & { readonly conversation: string } {
  return { seq, id, type, at, conversation };
}

function toConversation({ conversation, log, seq, count }: Entry): SkippedConversation {
  return { conversation, log, after: seq - 1, count };
}
