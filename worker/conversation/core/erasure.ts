/**
 * What remains of an erased user: a note of the erasure, kept for a day and until every place has confirmed it. A push
 * from before the erasure that is replayed or arrives late must not restore the user's data. Pure (docs/storage.md,
 * "Erase").
 */
import type { EventHead } from "../../../shared/message/inbound.ts";
import { PICTURES_CURSOR } from "./consumer-cursor.ts";
import { generationOf } from "./log-id.ts";
import type { ConversationState } from "./state.ts";

/** How long pushes from before an erasure are rejected, milliseconds. */
export const ERASURE_MS = 24 * 3_600_000;
/**
 * Within this time after the first delivery a push may be a repeat, milliseconds: WeChat repeats within about 15 s
 * (WECHAT.md §1.6); with a margin.
 */
const REPEATS_MS = 60_000;
/** An erasure further in the future than this was recorded before the clock was set back, milliseconds. */
const MAX_AHEAD_MS = 300_000;

/** The stored note of an erasure. */
export interface EraseNote {
  /** When the erasure happened, epoch ms. */
  readonly at: number;
  /** The log that was erased; null when there was none. */
  readonly log: string | null;
  /**
   * The seq of the log's newest row: a new log begins after this seq, so that ids of erased messages are never reused.
   */
  readonly lastSeq: number;
  /** The places that have not confirmed the erasure yet. */
  readonly pending: readonly ErasureKeeper[];
}

/**
 * The other places that may hold data of a conversation: desk and archive with sessions, and the bucket of pictures.
 */
export const ERASURE_KEEPERS = ["desk", "archive", "pictures"] as const;

/** A place that may hold data of a conversation. */
export type ErasureKeeper = (typeof ERASURE_KEEPERS)[number];

/**
 * Limits of the delay until a missing confirmation is requested again, milliseconds; between them it is as long as the
 * confirmation has been missing.
 */
export const CONFIRM_AGAIN_MS = 2_000;
const CONFIRM_AGAIN_MOST_MS = 300_000;

/** Returns the places that may hold data of a conversation with this state. */
export function listKeepers({
  sessions,
  consumers,
}: Pick<ConversationState, "sessions" | "consumers">): readonly ErasureKeeper[] {
  const hasPictures = consumers[PICTURES_CURSOR] !== undefined;
  return ERASURE_KEEPERS.filter((keeper) => (keeper === "pictures" ? hasPictures : sessions !== undefined));
}

/** Returns whether all places have confirmed the erasure. */
export function isConfirmed({ pending }: EraseNote): boolean {
  return pending.length === 0;
}

/** Returns when a missing confirmation is requested again, epoch ms. @param now epoch ms */
export function nextConfirmation({ at }: EraseNote, now: number): number {
  return now + Math.min(Math.max(now - at, CONFIRM_AGAIN_MS), CONFIRM_AGAIN_MOST_MS);
}

/**
 * Returns the generation up to which everything is erased. Without a known log, everything before the erasure is: a
 * generation is the time at which its log began (log-id.ts).
 */
export function erasedGeneration({ at, log }: EraseNote): number {
  return log === null ? at : generationOf(log);
}

/**
 * Returns the note of an erasure. The places that have not confirmed an earlier erasure are added to its `pending`:
 * confirming a generation confirms all earlier ones.
 *
 * @param log the log that is erased now; null: none
 * @param keepers the places that may hold data of it
 */
export function noteErasure(
  before: EraseNote | undefined,
  { at, log, lastSeq }: Pick<EraseNote, "at" | "log" | "lastSeq">,
  keepers: readonly ErasureKeeper[],
): EraseNote {
  const asked = new Set([...keepers, ...(before?.pending ?? [])]);
  const pending = ERASURE_KEEPERS.filter((keeper) => asked.has(keeper));
  return { at, log: log ?? before?.log ?? null, lastSeq, pending };
}

/**
 * Returns whether something is from before an erasure; false when the erasure is over, or was recorded before the clock
 * was set back. CreateTime has whole seconds, so a push of the same second counts as from before.
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
 * Returns the time of a push for the comparison with an erasure. A push without CreateTime is dated by its signature,
 * which a replay cannot change; because WeChat may sign a repeat anew, the time of the earliest delivery that it can be
 * a repeat of is used.
 *
 * @param createdAt CreateTime, epoch ms; 0: it has none
 * @param signedAt when it was signed, epoch ms; 0: unknown
 * @returns epoch ms; 0: unknown, which counts as before any erasure
 */
export function datePush(createdAt: number, signedAt: number): number {
  return createdAt === 0 ? Math.max(signedAt - REPEATS_MS, 0) : createdAt;
}

/**
 * Returns the same as `datePush`, for a push in a conversation, where `createdAt` is never 0; `signedAt` is set when
 * the push has no CreateTime.
 */
export function dateUserPush({
  event,
  signedAt,
}: {
  readonly event: Pick<EventHead, "createdAt">;
  readonly signedAt?: number;
}): number {
  return signedAt === undefined ? event.createdAt : datePush(0, signedAt);
}

/**
 * Returns whether `ERASURE_MS` have passed since an erasure. Its note is kept longer while confirmations are missing.
 */
export function isErasureOver(erasedAt: number, now: number): boolean {
  return now >= erasedAt + ERASURE_MS;
}
