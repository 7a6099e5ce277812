/** Locks an account after repeated wrong passwords. */

/** The number of failures within `FAILURE_WINDOW_MS` after which an account is locked. */
export const MAX_FAILURES = 10;
export const FAILURE_WINDOW_MS = 15 * 60_000;
/** How long an account is locked, milliseconds. */
export const LOCK_MS = 15 * 60_000;

/** The recent failures of an account. */
export interface Failures {
  /** Epoch ms, at most `MAX_FAILURES` - 1, oldest first. */
  readonly times: readonly number[];
  /** When the newest lock ends or has ended, epoch ms; null: none is recorded. */
  readonly lockedUntil: number | null;
}

/** No failures. */
export const NO_FAILURES: Failures = { times: [], lockedUntil: null };

/**
 * Returns whether the account is locked. A lock that would last longer than `LOCK_MS` was written before the clock was
 * set back, and does not count.
 */
export function isLocked({ lockedUntil }: Failures, now: number): boolean {
  return lockedUntil !== null && now < lockedUntil && lockedUntil <= now + LOCK_MS;
}

/**
 * Adds a failure to an account that is not locked. With `MAX_FAILURES` within `FAILURE_WINDOW_MS` the account is
 * locked.
 */
export function addFailure({ times }: Failures, now: number): Failures {
  const recent = [...times.filter((at) => at > now - FAILURE_WINDOW_MS && at <= now), now];
  return recent.length < MAX_FAILURES
    ? { times: recent, lockedUntil: null }
    : { times: [], lockedUntil: now + LOCK_MS };
}
