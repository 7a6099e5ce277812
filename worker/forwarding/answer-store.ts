/**
 * Stores the answers of the team's own push server that were returned to the platform: a repeat of the push gets the
 * same answer. A separate table in the object that stores the push (the user's conversation or the account), created
 * with the first answer (docs/storage.md). All functions are synchronous.
 */
import { namesUser } from "../../shared/text/names-user.ts";
import type { RelayedAnswer } from "../conversation/rpc.ts";

/** How long an answer is kept for repeats of the push, milliseconds. The platform repeats for a day at most. */
const RELAYED_MS = 2 * 86_400_000;

type RelayedRow = { readonly type: string | null; readonly body: ArrayBuffer };

/**
 * Reads or stores the answer to a forwarded push.
 *
 * @param key the push's dedupe key
 * @param answer is stored if there is none yet, before it is returned to the platform; null: only reads
 * @param keep the maximum number of stored answers; when one is added, older ones beyond it and all expired ones are
 *   deleted
 * @returns the stored answer; for two simultaneous deliveries, the one that was stored first; null when there is none
 */
export function relayedAnswer(
  storage: DurableObjectStorage,
  key: string,
  answer: RelayedAnswer | null,
  keep: number,
): RelayedAnswer | null {
  const first = findRelayed(storage.sql, key);
  if (first !== undefined) return first;
  if (answer !== null) keepRelayed(storage, key, answer, keep);
  return answer;
}

/** Deletes the answers that are expired at `now`, epoch ms. */
export function pruneRelayed({ sql }: DurableObjectStorage, now: number): void {
  if (hasTable(sql)) sql.exec("delete from forwarded_answers where at < ?", now - RELAYED_MS);
}

/** Returns the body of an answer as text; bytes that are not UTF-8 become U+FFFD. */
export function textOf({ body }: { readonly body: ArrayBuffer | Uint8Array<ArrayBuffer> }): string {
  return new TextDecoder().decode(body);
}

/** Deletes the answers that name a user. @returns their number */
export function eraseRelayed({ sql }: DurableObjectStorage, openid: string): number {
  if (!hasTable(sql)) return 0;
  const rows = sql.exec<{ key: string; body: ArrayBuffer }>("select key, body from forwarded_answers").toArray();
  const named = rows.filter((row) => namesUser(textOf(row), openid));
  for (const { key } of named) sql.exec("delete from forwarded_answers where key = ?", key);
  return named.length;
}

function findRelayed(sql: SqlStorage, key: string): RelayedAnswer | undefined {
  if (!hasTable(sql)) return undefined;
  const [row] = sql.exec<RelayedRow>("select type, body from forwarded_answers where key = ?", key).toArray();
  return row && { contentType: row.type, body: new Uint8Array(row.body) };
}

function keepRelayed(storage: DurableObjectStorage, key: string, answer: RelayedAnswer, keep: number): void {
  const { sql } = storage;
  const { buffer, byteOffset, byteLength } = answer.body;
  const body = buffer.slice(byteOffset, byteOffset + byteLength);
  storage.transactionSync(() => {
    sql.exec(
      "create table if not exists forwarded_answers(key text primary key, at integer not null, type text, body blob not null)",
    );
    sql.exec(
      "insert into forwarded_answers(key, at, type, body) values (?, ?, ?, ?)",
      key,
      Date.now(),
      answer.contentType,
      body,
    );
    pruneRelayed(storage, Date.now());
    const oldest = "select rowid from forwarded_answers order by rowid desc limit 1 offset ?";
    sql.exec(`delete from forwarded_answers where rowid <= (${oldest})`, keep);
  });
}

function hasTable(sql: SqlStorage): boolean {
  return (
    sql.exec("select 1 from sqlite_master where type = 'table' and name = 'forwarded_answers'").toArray().length > 0
  );
}
