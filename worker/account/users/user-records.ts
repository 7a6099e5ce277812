/**
 * Reads and erases what the account stores about single users, found by openid: events of the account and unreadable
 * pushes. Erasing and exporting use the same list of tables; erasing also deletes forwarded answers, which are not
 * exported.
 *
 * An erased record is emptied, not deleted: its key or hash, which names no user, still detects a repeat, so a replayed
 * push does not restore the record. It is deleted after the retention of its table. All SQL of this part is in this
 * file. Without a head entry there are no rows.
 */
import type { OwnedAccountEvent, StoredAccountEvent } from "../../../shared/message/account-event.ts";
import { namesUser } from "../../../shared/text/names-user.ts";
import { eraseRelayed } from "../../forwarding/answer-store.ts";
import { toQuarantinedPush, type QuarantinedPush } from "../quarantine.ts";
import type { EventRow, QuarantineRow } from "../store.ts";

/** Each table with a column `body` that may name a user, and the values that erasing sets. */
const TABLES = [
  { table: "account_events", emptied: "body = ''" },
  { table: "quarantine", emptied: "body = '', cause = 'erased', bytes = 0" },
] as const;

type PersonalTable = (typeof TABLES)[number]["table"];

/**
 * A page ends after the record with which it exceeds this size, UTF-16 units of bodies: an answer must stay below the
 * RPC's 32 MiB.
 */
const MAX_PAGE_LENGTH = 1_000_000;

/** A row of either table. */
type PersonalRow = EventRow & QuarantineRow;

/** A record about a user, as exported. */
export type PersonalRecord =
  | { readonly kind: "account-event"; readonly event: StoredAccountEvent }
  | { readonly kind: "quarantined"; readonly push: QuarantinedPush };

/** Where the next page of records starts. */
export interface PersonalCursor {
  readonly table: PersonalTable;
  /** The last seq that was read in the table. */
  readonly after: number;
}

/** A page of records. */
export interface PersonalPage {
  readonly records: readonly PersonalRecord[];
  /** Where the next page starts; null: there are no more records. */
  readonly next: PersonalCursor | null;
}

/** Reads and empties one account's records about single users. */
export interface PersonalRecords {
  /** Returns the records that name the user, table by table, oldest first; at most one page. */
  read(openid: string, from: PersonalCursor): PersonalPage;
  /**
   * Empties all records that name the user, deletes the forwarded answers that do, and returns the number of both;
   * idempotent.
   */
  erase(openid: string): number;
}

/** Opens the records about single users in the object's storage. */
export function createUserRecords(storage: DurableObjectStorage): PersonalRecords {
  const { sql } = storage;
  const exists = (table: PersonalTable): boolean =>
    sql.exec("select 1 from sqlite_master where type = 'table' and name = ?", table).toArray().length > 0;

  /** Yields the records of a table that name the user, with one record in memory at a time. */
  function* find(table: PersonalTable, openid: string, after: number): Generator<PersonalRow> {
    if (!exists(table)) return;
    // SQLite filters out the records that contain neither the openid nor an escape, which are most. Every event
    // contains escaped quotes, from `raw`; SQLite decodes those. A remaining backslash belongs to another escape.
    const unquoted = `replace(body, char(92) || '"', '"')`;
    const query = `select * from ${table} where seq > ? and (instr(body, ?) or instr(${unquoted}, ?)
      or instr(${unquoted}, char(92)) or instr(body, '&') or instr(body, '%')) order by seq`;
    const rows = sql.exec<PersonalRow>(query, after, openid, openid);
    for (const row of rows) if (namesUser(row.body, openid)) yield row;
  }

  return {
    read(openid, from) {
      const records: PersonalRecord[] = [];
      let length = 0;
      const first = TABLES.findIndex(({ table }) => table === from.table);
      for (const { table } of TABLES.slice(first)) {
        for (const row of find(table, openid, table === from.table ? from.after : 0)) {
          records.push(toRecord(table, row));
          length += row.body.length;
          if (length > MAX_PAGE_LENGTH) return { records, next: { table, after: row.seq } };
        }
      }
      return { records, next: null };
    },
    erase(openid) {
      return storage.transactionSync(() => {
        let count = eraseRelayed(storage, openid);
        for (const { table, emptied } of TABLES) {
          const seqs = Array.from(find(table, openid, 0), ({ seq }) => seq);
          for (const seq of seqs) sql.exec(`update ${table} set ${emptied} where seq = ?`, seq);
          count += seqs.length;
        }
        return count;
      });
    },
  };
}

function toRecord(table: PersonalTable, row: PersonalRow): PersonalRecord {
  if (table === "quarantine") return { kind: "quarantined", push: toQuarantinedPush(row) };
  // The format written by `add` (account/events.ts).
  const stored: OwnedAccountEvent = JSON.parse(row.body);
  return { kind: "account-event", event: { ...stored, seq: row.seq, at: row.at } };
}
