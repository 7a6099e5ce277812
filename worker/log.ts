/**
 * Structured log lines for Workers Logs: one JSON object a line. What may be in it: event names, counts, codes,
 * appids, hashes. What may not: secrets, tokens, keys, openids, message text (DESIGN.md §6.5) — errors of others are
 * logged by name, never by message, because their text may quote a URL with the token in it.
 */

import { Buffer } from "node:buffer";

/** A value a log line may carry; undefined ones are left out. */
export type LogValue = string | number | boolean | undefined;

/**
 * Writes one log line.
 *
 * @param event what happened, snake case, stable: people search for it
 * @param fields the facts
 */
export function log(event: string, fields: Readonly<Record<string, LogValue>>): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** How many bytes of an openid's hash a log line carries: enough to follow one user, useless to find him. */
const USER_HASH_BYTES = 6;

const encoder = new TextEncoder();

/** The name a user has in the log: a hash over app and openid, 12 hex digits. */
export async function logUser(appid: string, openid: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(`${appid}:${openid}`));
  return Buffer.from(digest, 0, USER_HASH_BYTES).toString("hex");
}

/** What may be logged of an error: its name. Its message may quote a URL with a token in it, or a user's text. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
