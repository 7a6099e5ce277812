/**
 * What remains of an erased user: the time of the erasure, for a day. A push from before it that is replayed or arrives
 * late must not restore the user's data. Pure (docs/storage.md, "Erase").
 */

import type { EventHead } from "../../../shared/message/inbound.ts";

/** How long pushes from before the erasure are rejected, milliseconds. */
export const ERASURE_MS = 24 * 3_600_000;
/**
 * WeChat repeats a push within about 15 s of the first delivery (WECHAT.md §1.6); this is that time with a margin,
 * milliseconds.
 */
const REPEATS_MS = 60_000;
/** An erasure further in the future than this was recorded by a clock that has been set back since, milliseconds. */
const MAX_AHEAD_MS = 300_000;

/** What stays of an erased user. */
export interface EraseNote {
  /** When it happened, epoch ms. */
  readonly at: number;
  /** The log that was erased; null when there was none. */
  readonly log: string | null;
  /** Its newest row: a new log begins after it, so that the id of an erased message is never used again. */
  readonly lastSeq: number;
  /** Who has not confirmed the erasure yet. */
  readonly pending: readonly string[];
}

/**
 * Whether something is from before an erasure. CreateTime has whole seconds, so a push of the same second
 * counts as one from before.
 *
 * @param createdAt see {@link datePush}
 * @param erasedAt epoch ms; undefined: not erased within the last day
 * @param now epoch ms
 */
export function isFromBeforeErasure(createdAt: number, erasedAt: number | undefined, now: number): boolean {
  if (erasedAt === undefined || createdAt > erasedAt) return false;
  return !isErasureOver(erasedAt, now) && erasedAt - now <= MAX_AHEAD_MS;
}

/**
 * The time of a push that is compared with an erasure. A push without CreateTime is dated by its signature, which a
 * captured push keeps; as WeChat may sign a repeat anew, it is dated by the earliest delivery it can be a repeat of.
 *
 * @param createdAt CreateTime, epoch ms; 0: it has none
 * @param signedAt when it was signed, epoch ms; 0: unknown
 * @returns epoch ms; 0: unknown, which counts as before any erasure
 */
export function datePush(createdAt: number, signedAt: number): number {
  return createdAt === 0 ? Math.max(signedAt - REPEATS_MS, 0) : createdAt;
}

/** The same for a push in a conversation, where `createdAt` is never 0; `signedAt` is set when it has no CreateTime. */
export function dateUserPush({
  inbound,
  signedAt,
}: {
  readonly inbound: Pick<EventHead, "createdAt">;
  readonly signedAt?: number;
}): number {
  return signedAt === undefined ? inbound.createdAt : datePush(0, signedAt);
}

/** Whether the time of an erasure can be deleted. */
export function isErasureOver(erasedAt: number, now: number): boolean {
  return now >= erasedAt + ERASURE_MS;
}
