/**
 * Deadlines. A call of a binding, of another object or over the network may hang: every one of them is awaited through
 * this file, so that it ends at a known time. All deadlines are listed in docs/design/deadlines.md.
 */

/** The result of a race when the deadline comes first. */
export const TIMED_OUT = Symbol("overdue");

/** A running deadline. */
export interface Deadline {
  /** For fetch. */
  readonly signal: AbortSignal;
  /** Resolves when time is up; never rejects. */
  readonly overdue: Promise<typeof TIMED_OUT>;
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
  const { promise: overdue, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => {
    controller.abort();
    resolve(TIMED_OUT);
  }, timeoutMs);
  return { signal: controller.signal, overdue, close: () => clearTimeout(timer) };
}

/**
 * Waits for work that cannot be aborted. The caller does not see an outcome after the deadline.
 *
 * @param timeoutMs milliseconds from now
 * @throws what the work throws in time
 */
export async function raceTimeout<T>(timeoutMs: number, work: PromiseLike<T>): Promise<T | typeof TIMED_OUT> {
  const { promise: overdue, resolve } = Promise.withResolvers<typeof TIMED_OUT>();
  const timer = setTimeout(() => resolve(TIMED_OUT), timeoutMs);
  try {
    return await Promise.race([work, overdue]);
  } finally {
    clearTimeout(timer);
  }
}

/** The deadline passed before the work was done. */
class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly code = "deadline";
}

/**
 * `raceTimeout` that throws at the deadline, so that a missed deadline is handled like any other failure.
 *
 * @param timeoutMs milliseconds from now
 * @throws what the work throws in time; an error that `isDeadlineError` knows when time is over
 */
export async function withTimeout<T>(timeoutMs: number, work: PromiseLike<T>): Promise<T> {
  const outcome = await raceTimeout(timeoutMs, work);
  if (outcome === TIMED_OUT) throw new DeadlineError();
  return outcome;
}

/** Whether an error says that a deadline passed, here or in an object that was called. */
export function isDeadlineError(error: unknown): boolean {
  return error instanceof Error && error.name === "DeadlineError";
}
