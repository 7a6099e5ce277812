/** Limits the rate of flushes: the first change is sent at once, further ones together at the end of an interval. */

/** The minimum time between two messages to a page, milliseconds. */
export const FRAME_INTERVAL_MS = 50;

/** The clock and the timers of the object. */
export interface Timers {
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** Runs a function after the current turn. */
  readonly soon: (run: () => void) => void;
  /** Runs a function after a time, milliseconds. */
  readonly later: (ms: number, run: () => void) => void;
}

/**
 * Returns a function that requests a flush. Requests within one turn or one interval cause a single flush.
 *
 * @param flush must not throw; returns whether anything was sent
 */
export function createPacer({ now, soon, later }: Timers, flush: () => boolean): () => void {
  let lastAt = -Infinity;
  let isDue = false;
  const run = (): void => {
    isDue = false;
    if (flush()) lastAt = now();
  };
  return () => {
    if (isDue) return;
    isDue = true;
    const waitMs = lastAt + FRAME_INTERVAL_MS - now();
    if (waitMs <= 0) soon(run);
    // After the clock was set back, frames must not be delayed.
    else later(Math.min(waitMs, FRAME_INTERVAL_MS), run);
  };
}
