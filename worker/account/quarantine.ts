/**
 * The quarantine of one account: authentic pushes that could not be parsed, for the operator. Keeps the newest 100,
 * each content once and at most 64 KB of it, for a week.
 */
import { beijingDay } from "../../shared/base/beijing-day.ts";
import { utf8Length } from "../../shared/text/size.ts";
import { hexDigest } from "../platform/digest.ts";
import type { AccountStore, QuarantineRow } from "./store.ts";
import type { Erasures } from "./users/erasures.ts";

/** An authentic push that could not be parsed. */
export interface UnreadablePush {
  /** When the push arrived, epoch ms. */
  readonly at: number;
  /** Why the push could not be parsed, without content: `field: reason`, or the problem of the envelope. */
  readonly cause: string;
  /** The decrypted text. */
  readonly body: string;
  /** CreateTime, epoch ms; 0 or absent when unknown. */
  readonly createdAt?: number;
}

/** A quarantined push as it was stored. */
export interface QuarantinedPush extends Omit<UnreadablePush, "createdAt"> {
  readonly seq: number;
  /** Size of the whole body in UTF-8 bytes. */
  readonly bytes: number;
  /** Whether `body` is only the beginning of the received body. */
  readonly truncated: boolean;
}

/** How long a push is kept, milliseconds. */
export const QUARANTINE_MS = 7 * 86_400_000;
const MAX_QUARANTINED = 100;
const MAX_QUARANTINED_BYTES = 64 * 1024;

/** The part of the account's storage that the quarantine uses. */
type QuarantineStore = Pick<AccountStore, "isQuarantined" | "addQuarantined" | "quarantined">;

/**
 * Stores a push; without its text if the push is from before the erasure of a user it names.
 *
 * @param now epoch ms
 * @returns whether it is new
 */
export async function keepUnreadable(
  store: QuarantineStore,
  { at, cause, body, createdAt = 0 }: UnreadablePush,
  erasures: Pick<Erasures, "concern">,
  now: number,
): Promise<boolean> {
  const hash = await hexDigest("SHA-256", body);
  const isErased = await erasures.concern(body, createdAt, now);
  if (store.isQuarantined(hash)) return false;
  const kept = isErased ? "" : cutText(body, MAX_QUARANTINED_BYTES);
  store.addQuarantined({ at, cause, hash, body: kept, bytes: utf8Length(body) }, MAX_QUARANTINED);
  return true;
}

/** Records that pushes were rejected because of their signed timestamp, without a body: one entry per Beijing day. */
export function keepRefusal(store: QuarantineStore, { at, cause }: Pick<UnreadablePush, "at" | "cause">): void {
  const hash = `stale:${beijingDay(at)}`;
  if (!store.isQuarantined(hash)) store.addQuarantined({ at, cause, hash, body: "", bytes: 0 }, MAX_QUARANTINED);
}

/**
 * Returns the pushes of the last week, newest first.
 *
 * @param limit at most 100
 * @param now epoch ms
 */
export function readQuarantine(store: QuarantineStore, limit: number, now: number): readonly QuarantinedPush[] {
  const rows = store.quarantined(now - QUARANTINE_MS, Math.min(Math.max(Math.trunc(limit), 0), MAX_QUARANTINED));
  return rows.map(toQuarantinedPush);
}

/** Converts an entry to the form returned by the API. */
export function toQuarantinedPush({ seq, at, cause, body, bytes }: QuarantineRow): QuarantinedPush {
  return { seq, at, cause, body, bytes, truncated: bytes > utf8Length(body) };
}

/** Returns the beginning of a text, at most `maxBytes` of UTF-8, without cutting a character in two. */
export function cutText(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}
