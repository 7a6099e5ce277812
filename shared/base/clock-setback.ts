/**
 * A clock can be set back. Then a time that was noted before lies further ahead than it ever could by itself, and whatever
 * waits for it would wait as long as the clock was set back. Rule: a time that is further away than its own longest span is
 * ignored (docs/design/clock.md). What it was for is due now, or starts its span anew.
 */

/**
 * Largest difference of two clocks (or of one before and after a correction) that is not taken for a clock set back,
 * milliseconds.
 */
export const CLOCK_STEP_MS = 5_000;

/**
 * Whether a time lies further ahead than it can by itself.
 *
 * @param time epoch ms
 * @param now epoch ms
 * @param spanMs how far ahead it lies at most when it is noted
 */
export function isImplausible(time: number, now: number, spanMs: number): boolean {
  return time > now + spanMs + CLOCK_STEP_MS;
}

/** Whether what was read at `readAt` (epoch ms) is younger than `maxAgeMs`; what was read after `now` is not. */
export function isFresh(readAt: number, now: number, maxAgeMs: number): boolean {
  return readAt <= now && now - readAt < maxAgeMs;
}
