/**
 * A point in time after which nobody waits any more: aborts the fetch, and ends the waiting even where somebody does not
 * listen to the abort.
 */

/** What a race with the deadline yields when the deadline wins. */
export const OVERDUE = Symbol("overdue");

/** A running deadline. */
export interface Deadline {
  /** For fetch. */
  readonly signal: AbortSignal;
  /** Resolves when time is over; never rejects. */
  readonly overdue: Promise<typeof OVERDUE>;
  /** Stops the clock. Must be called: a pending timer keeps a Durable Object awake, and billed. */
  close(): void;
}

/**
 * Starts a deadline. Not `AbortSignal.timeout`, whose timer cannot be stopped.
 *
 * @param timeoutMs milliseconds from now
 */
export function openDeadline(timeoutMs: number): Deadline {
  const controller = new AbortController();
  const { promise: overdue, resolve } = Promise.withResolvers<typeof OVERDUE>();
  const timer = setTimeout(() => {
    controller.abort();
    resolve(OVERDUE);
  }, timeoutMs);
  return { signal: controller.signal, overdue, close: () => clearTimeout(timer) };
}

/**
 * Waits for work that cannot be aborted. What becomes of it after the deadline, nobody hears.
 *
 * @param timeoutMs milliseconds from now
 * @throws what the work throws in time
 */
export async function within<T>(timeoutMs: number, work: Promise<T>): Promise<T | typeof OVERDUE> {
  const deadline = openDeadline(timeoutMs);
  try {
    return await Promise.race([work, deadline.overdue]);
  } finally {
    deadline.close();
  }
}

/** Nobody waits any more. */
class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly code = "deadline";
}

/**
 * `within`, for whom being late is one failure among others.
 *
 * @param timeoutMs milliseconds from now
 * @throws what the work throws in time; DeadlineError when time is over
 */
export async function inTime<T>(timeoutMs: number, work: Promise<T>): Promise<T> {
  const outcome = await within(timeoutMs, work);
  if (outcome === OVERDUE) throw new DeadlineError();
  return outcome;
}
