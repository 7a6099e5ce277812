/**
 * A clock on which days pass in seconds: it runs like the machine's, and skips a day every `dayMs`. Between the jumps a
 * second has its normal length, so timeouts, leases and pauses keep theirs; periods of days (windows, tokens,
 * retention) end. Pure: the worker and the long run use the same function.
 */

/** Where it begins and how often it jumps, machine time in milliseconds. */
export interface FastClockOptions {
  readonly startedAt: number;
  readonly dayMs: number;
  /** How far it is ahead of the machine's from the start, milliseconds; absent: 0. */
  readonly offsetMs?: number;
}

/** Conversion between the clocks in both directions. */
export interface FastClock {
  /** What it shows at a machine time, epoch ms. */
  toFast(machine: number): number;
  /** The first machine time at which it shows at least this, epoch ms. */
  toMachine(fast: number): number;
}

const DAY_MS = 86_400_000;

/** Creates one. */
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
