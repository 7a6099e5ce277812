/** When the page reconnects: at once, then after 1, 2, 4 … 30 s, each varied by up to a quarter. Pure. */

const FIRST_MS = 1_000;
const MAX_MS = 30_000;
const JITTER = 0.25;

/**
 * Returns the delay before a try, milliseconds.
 *
 * @param failed the number of tries that failed since the last live connection
 * @param random a number from 0 to 1
 */
export function backOffMs(failed: number, random: number): number {
  if (failed === 0) return 0;
  const base = Math.min(MAX_MS, FIRST_MS * 2 ** (failed - 1));
  return Math.round(base * (1 - JITTER + 2 * JITTER * random));
}
