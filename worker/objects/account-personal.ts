/**
 * What the account keeps about single users, found by openid: events of the app and unreadable pushes. One list of the
 * tables for erasing and for exporting, so that both reach the same records.
 *
 * An erased record is emptied, not deleted: its key or hash, which name no user, still make a repeat known, so a captured
 * push does not bring the record back. It goes with its table's retention. SQL stays here; no head, no rows: nothing.
 */
import { namesUser } from "../domain/named-user.ts";

/** Each table with a column `body` that may name a user, and what erasing sets. */
const TABLES = [
  { table: "events", emptied: "body = ''" },
  { table: "quarantine", emptied: "body = '', cause = 'erased', bytes = 0" },
] as const;

type PersonalTable = (typeof TABLES)[number]["table"];

/** Reads and empties the records of one account about single users. */
export interface PersonalRecords {
  /** Empties all that name the user. Returns how many there were; safe to repeat. */
  erase(openid: string): number;
}

/** Opens them. */
export function createPersonalRecords(storage: DurableObjectStorage): PersonalRecords {
  const { sql } = storage;
  const exists = (table: PersonalTable): boolean =>
    sql.exec("select 1 from sqlite_master where type = 'table' and name = ?", table).toArray().length > 0;

  /** The seqs of a table's records that name the user, one record in memory at a time. */
  function* find(table: PersonalTable, openid: string): Generator<number> {
    if (!exists(table)) return;
    // Most records have neither the openid nor anything escaped in them: they never leave SQLite.
    const query = `select seq, body from ${table} where instr(body, ?) or instr(body, '\\') or instr(body, '&')`;
    for (const { seq, body } of sql.exec<{ seq: number; body: string }>(query, openid)) {
      if (namesUser(body, openid)) yield seq;
    }
  }

  return {
    erase(openid) {
      return storage.transactionSync(() => {
        let count = 0;
        for (const { table, emptied } of TABLES) {
          const seqs = [...find(table, openid)];
          for (const seq of seqs) sql.exec(`update ${table} set ${emptied} where seq = ?`, seq);
          count += seqs.length;
        }
        return count;
      });
    },
  };
}
