/**
 * A clock can be set back. A time recorded before is then further in the future than it could otherwise be, and work
 * that waits for it would wait for as long as the clock was set back. Rule: a time that is further away than its own
 * longest span is ignored (docs/design/clock.md). Its work is due now, or its span starts anew.
 */

/**
 * The largest difference of two clocks, or of one clock before and after a correction, that does not count as a clock
 * that was set back, milliseconds.
 */
export const CLOCK_STEP_MS = 5_000;

/**
 * Whether a time is further in the future than it can be.
 *
 * @param time epoch ms
 * @param now epoch ms
 * @param spanMs how far in the future it can be at most when it is recorded
 */
export function isImplausible(time: number, now: number, spanMs: number): boolean {
  return time > now + spanMs + CLOCK_STEP_MS;
}

/** Whether a value read at `readAt` (epoch ms) is younger than `maxAgeMs`; one read after `now` is not. */
export function isFresh(readAt: number, now: number, maxAgeMs: number): boolean {
  return readAt <= now && now - readAt < maxAgeMs;
}
