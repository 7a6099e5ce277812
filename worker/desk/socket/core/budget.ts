/** Limits the messages of one page. Pure. */

/** The number of messages a page may send in a burst, and the average number per second. */
const [BURST, PER_SECOND] = [60, 10];

/** The number of messages that a page may still send. */
export interface Budget {
  readonly left: number;
  /** When `left` was computed, epoch ms. */
  readonly at: number;
}

/** Returns the budget of a new page. @param now epoch ms */
export function fullBudget(now: number): Budget {
  return { left: BURST, at: now };
}

/** Returns the budget after one more message; undefined when it is used up. */
export function spend({ left, at }: Budget, now: number): Budget | undefined {
  const earned = (Math.max(0, now - at) / 1_000) * PER_SECOND;
  const rest = Math.min(BURST, left + earned) - 1;
  return rest < 0 ? undefined : { left: rest, at: now };
}
