/**
 * The conversations that wait for the account: for the end of a pause, or for an access token. They are listed only
 * here; without this list, messages would wait for the original end of a pause even after it was lifted. All SQL on it
 * is in this file. The table is created with the first entry.
 */
import type { WaitingList } from "./pause-control.ts";

// Types, not interfaces: SQL rows must fit Record<string, SqlStorageValue>.
type WaitingRow = { readonly id: string; readonly until: number | null; readonly cause: number };

/** Opens the list of waiting conversations in the object's storage. */
export function createWaitingList({ sql }: DurableObjectStorage): WaitingList {
  let exists =
    sql.exec("select 1 from sqlite_master where type = 'table' and name = 'waiting_conversations'").toArray().length >
    0;
  const select = (rest: string, ...values: SqlStorageValue[]): readonly WaitingRow[] =>
    exists
      ? sql.exec<WaitingRow>(`select id, until, cause from waiting_conversations ${rest}`, ...values).toArray()
      : [];

  return {
    add({ id, until, isCause }) {
      if (!exists)
        sql.exec("create table waiting_conversations (id text primary key, until integer, cause integer not null)");
      exists = true;
      const [known] = select("where id = ?", id);
      const isNoLater = known !== undefined && (known.until ?? Infinity) >= (until ?? Infinity);
      if (isNoLater && (known.cause === 1 || !isCause)) return;
      sql.exec(
        "insert or replace into waiting_conversations (id, until, cause) values (?, ?, ?)",
        id,
        until,
        Number(isCause),
      );
    },
    first: (limit) =>
      select("order by cause, rowid limit ?", limit).map(({ id, until, cause }) => ({
        id,
        until,
        isCause: cause === 1,
      })),
    remove(id) {
      if (exists) sql.exec("delete from waiting_conversations where id = ?", id);
    },
    isEmpty: () => select("limit 1").length === 0,
  };
}
