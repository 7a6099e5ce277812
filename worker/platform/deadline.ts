/**
 * Deadlines. A call of a binding, of another object or over the network may hang; every such call is awaited through
 * this file, so that it ends at a known time. All deadlines are listed in docs/design/deadlines.md.
 */

/** The result of a race when the deadline comes first. */
export const TIMED_OUT = Symbol("overdue");

/** A running deadline. */
export interface Deadline {
  /** Aborts at the deadline; pass it to fetch. */
  readonly signal: AbortSignal;
  /** Resolves at the deadline; never rejects. */
  readonly overdue: Promise<typeof TIMED_OUT>;
  /** Stops the timer. Must be called: a pending timer keeps a Durable Object awake, which is billed. */
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
 * Waits for work that cannot be aborted. At the deadline the result is `TIMED_OUT`; what the work does later is
 * ignored.
 *
 * @param timeoutMs milliseconds from now
 * @throws the error of the work, before the deadline
 */
export function raceTimeout<T>(timeoutMs: number, work: PromiseLike<T>): Promise<T | typeof TIMED_OUT> {
  return endAt(timeoutMs, work, (resolve) => resolve(TIMED_OUT));
}

/**
 * Settles with the result of the work, or calls `end` at the deadline. It creates a single promise, because every
 * push waits for several deadlines and a race would create six promises for each.
 */
function endAt<T, E>(
  timeoutMs: number,
  work: PromiseLike<T>,
  end: (resolve: (value: E) => void, reject: (error: Error) => void) => void,
): Promise<T | E> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(resolve, reject), timeoutMs);
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        // Not wrapped: the work may reject with any value.
        reject(error);
      },
    );
  });
}

/** Thrown when the deadline passes before the work is done. */
class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  readonly code = "deadline";
}

/**
 * Like `raceTimeout`, but throws at the deadline, so that a missed deadline is handled like any other failure.
 *
 * @param timeoutMs milliseconds from now
 * @throws the error of the work, before the deadline; after it an error for which `isDeadlineError` is true
 */
export function withTimeout<T>(timeoutMs: number, work: PromiseLike<T>): Promise<T> {
  return endAt<T, never>(timeoutMs, work, (_resolve, reject) => reject(new DeadlineError()));
}

/** Returns whether an error means that a deadline passed, here or in a called object. */
export function isDeadlineError(error: unknown): boolean {
  return error instanceof Error && error.name === "DeadlineError";
}
