/**
 * A clock on which days pass in seconds: it runs like the machine's, and skips a day every `dayMs`. Between the jumps a
 * second has its normal length, so timeouts, leases and pauses keep theirs; periods of days (windows, tokens,
 * retention) end. Pure: the worker and the long run use the same function.
 */

/** The start of the clock and the interval between its jumps, milliseconds of machine time. */
export interface FastClockOptions {
  readonly startedAt: number;
  readonly dayMs: number;
  /** How far the clock is ahead of the machine's at the start, milliseconds; absent: 0. */
  readonly offsetMs?: number;
}

/** Conversion between the clocks in both directions. */
export interface FastClock {
  /** Returns the time of the fast clock at a machine time, epoch ms. */
  toFast(machine: number): number;
  /** Returns the first machine time at which the fast clock shows at least this time, epoch ms. */
  toMachine(fast: number): number;
}

const DAY_MS = 86_400_000;

/** Creates a fast clock. */
export function createFastClock({ startedAt, dayMs, offsetMs = 0 }: FastClockOptions): FastClock {
  const jumpsAt = (machine: number): number => Math.max(0, Math.floor((machine - startedAt) / dayMs));
  return {
    toFast: (machine) => machine + offsetMs + jumpsAt(machine) * DAY_MS,
    toMachine(fast) {
      // Each interval between two jumps is `dayMs` long and begins a day and `dayMs` after the one before.
      const jumps = Math.max(0, Math.floor((fast - offsetMs - startedAt) / (DAY_MS + dayMs)));
      const machine = fast - offsetMs - jumps * DAY_MS;
      const nextJump = startedAt + (jumps + 1) * dayMs;
      return Math.min(machine, nextJump);
    },
  };
}
