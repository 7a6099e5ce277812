/**
 * What outlives an erased user: the time of the erasure, for a day. A push from before it, captured and sent again or
 * late on its way, must not bring the user's data back. Pure (docs/storage.md, "Erase").
 */

import type { PushHead } from "../../shared/inbound.ts";

/** How long a push from before the erasure is refused, milliseconds. */
export const ERASURE_MS = 24 * 3_600_000;
/** An erasure further ahead was noted by a clock that has been set back since, milliseconds. */
const MAX_AHEAD_MS = 300_000;

/**
 * Whether something is from before an erasure. CreateTime has whole seconds, so a push of the same second
 * counts as one from before.
 *
 * @param createdAt CreateTime, epoch ms
 * @param erasedAt epoch ms; undefined: not erased within the last day
 * @param now epoch ms
 */
export function isFromBeforeErasure(createdAt: number, erasedAt: number | undefined, now: number): boolean {
  if (erasedAt === undefined || createdAt > erasedAt) return false;
  return !isErasureOver(erasedAt, now) && erasedAt - now <= MAX_AHEAD_MS;
}

/** Whether a push is from before the erasure of its user. Nothing says that an event without CreateTime is newer. */
export function isPushFromBeforeErasure(
  { inbound, isUndated }: { readonly inbound: Pick<PushHead, "createdAt">; readonly isUndated?: boolean },
  erasedAt: number | undefined,
  now: number,
): boolean {
  return isFromBeforeErasure(isUndated === true ? 0 : inbound.createdAt, erasedAt, now);
}

/** Whether the time of an erasure is to be forgotten. */
export function isErasureOver(erasedAt: number, now: number): boolean {
  return now >= erasedAt + ERASURE_MS;
}
