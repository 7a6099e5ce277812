/**
 * Calls that never return, and a manual clock to test deadlines. Without a deadline the outcome is `PENDING`, so that
 * such a test fails by its assertion and not by its timeout.
 */
import { vi } from "vitest";

/** Returns a promise that never settles. */
export const never = <T>(): Promise<T> => Promise.withResolvers<T>().promise;

/** Returns an object whose methods never answer. */
export function hungStub(id: unknown): object {
  return new Proxy({}, { get: (_target, name) => (name === "id" ? id : name === "then" ? undefined : () => never()) });
}

/** The outcome of work that has not ended. */
export const PENDING = Symbol("pending");

const STEP_MS = 250;
const realSetTimeout = globalThis.setTimeout;

/** Installs the manual clock; call it before anything that sets a timer. */
export function useManualClock(now = Date.now()): void {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now });
}

/**
 * Moves the manual clock until work has ended.
 *
 * @param ms how far the clock moves at most
 * @returns the outcome; `PENDING` when the work has not ended by then
 */
export async function outcomeWithin<T>(ms: number, work: PromiseLike<T>): Promise<T | typeof PENDING> {
  for (let spent = 0; spent < ms; spent += STEP_MS) {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    // A turn of the real event loop, in which objects and KV answer.
    const turn = new Promise<typeof PENDING>((resolve) => realSetTimeout(() => resolve(PENDING), 0));
    const outcome = await Promise.race([work, turn]);
    if (outcome !== PENDING) return outcome;
  }
  return PENDING;
}

const SOON_MS = 15_000;

/**
 * Waits for work, at most 15 s of the real clock. For work inside an object, whose timers a manual clock cannot run.
 *
 * @returns the result, or `PENDING` after that time
 */
export async function outcomeSoon<T>(work: PromiseLike<T>): Promise<T | typeof PENDING> {
  const { promise, resolve } = Promise.withResolvers<typeof PENDING>();
  const timer = setTimeout(() => resolve(PENDING), SOON_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
