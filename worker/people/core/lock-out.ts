/** Locks an account after repeated wrong passwords, and limits how many of them are recorded in the audit log. */

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
  /** The newest failure that was to be recorded in the audit log, epoch ms; absent: none. */
  readonly recordedAt?: number;
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
 * Returns whether a failure is to be recorded: the first one, and the first that is at least `FAILURE_WINDOW_MS` later
 * than the last recorded one. The times in `times` do not decide this: while failures continue without a lock, there is
 * always an earlier one. A recorded time in the future was written before the clock was set back, and does not count.
 */
export function isToRecord({ recordedAt }: Failures, now: number): boolean {
  return recordedAt === undefined || recordedAt > now || now - recordedAt >= FAILURE_WINDOW_MS;
}

/** Removes the failures and the lock. The time of the recorded one stays, so that the next is not recorded too early. */
export function clearFailures({ recordedAt }: Failures): Failures {
  return recordedAt === undefined ? NO_FAILURES : { ...NO_FAILURES, recordedAt };
}

/**
 * Adds a failure to an account that is not locked. With `MAX_FAILURES` within `FAILURE_WINDOW_MS` the account is
 * locked.
 */
export function addFailure(failures: Failures, now: number): Failures {
  const recent = [...failures.times.filter((at) => at > now - FAILURE_WINDOW_MS && at <= now), now];
  const { recordedAt = now } = isToRecord(failures, now) ? NO_FAILURES : failures;
  return recent.length < MAX_FAILURES
    ? { times: recent, lockedUntil: null, recordedAt }
    : { times: [], lockedUntil: now + LOCK_MS, recordedAt };
}
