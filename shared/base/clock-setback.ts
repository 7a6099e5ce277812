/**
 * Protection against a clock that was set back. A time recorded before the correction is then further in the future
 * than it could be otherwise, and work scheduled for it would be delayed by the amount of the correction. Rule: a time
 * further in the future than its longest possible span is ignored (docs/design/clock.md); its work is due now, or its
 * span begins again.
 */

/**
 * The largest difference between two clocks, or between one clock before and after a correction, that is not treated as
 * a clock that was set back, milliseconds.
 */
export const CLOCK_STEP_MS = 5_000;

/**
 * Returns whether a time is further in the future than it can be.
 *
 * @param time epoch ms
 * @param now epoch ms
 * @param spanMs how far in the future the time can be at most when it is recorded, milliseconds
 */
export function isImplausible(time: number, now: number, spanMs: number): boolean {
  return time > now + spanMs + CLOCK_STEP_MS;
}

/**
 * Returns whether a value read at `readAt` (epoch ms) is younger than `maxAgeMs`. A value with a time after `now` is
 * not.
 */
export function isFresh(readAt: number, now: number, maxAgeMs: number): boolean {
  return readAt <= now && now - readAt < maxAgeMs;
}
