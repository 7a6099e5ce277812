/**
 * Calls that never return, and a clock moved by hand to see what is over at its deadline. Without a deadline the
 * outcome is `PENDING`, so that such a test fails by its assertion and not by its time.
 */
import { vi } from "vitest";

/** A promise that never settles. */
export const never = <T>(): Promise<T> => Promise.withResolvers<T>().promise;

/** An object of which no method ever answers. */
export function hungStub(id: unknown): object {
  return new Proxy({}, { get: (_target, name) => (name === "id" ? id : name === "then" ? undefined : () => never()) });
}

/** What work comes to that is not over. */
export const PENDING = Symbol("pending");

const STEP_MS = 250;
const realSetTimeout = globalThis.setTimeout;

/** Call before anything that sets a timer. */
export function useManualClock(now = Date.now()): void {
  vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"], now });
}

/**
 * What work comes to while the clock moves.
 *
 * @param ms how far it moves, at most
 */
export async function outcomeWithin<T>(ms: number, work: PromiseLike<T>): Promise<T | typeof PENDING> {
  for (let spent = 0; spent < ms; spent += STEP_MS) {
    await vi.advanceTimersByTimeAsync(STEP_MS);
    // A turn of the real event loop: objects and KV answer there.
    const turn = new Promise<typeof PENDING>((resolve) => realSetTimeout(() => resolve(PENDING), 0));
    const outcome = await Promise.race([work, turn]);
    if (outcome !== PENDING) return outcome;
  }
  return PENDING;
}

const SOON_MS = 15_000;

/** What work comes to by the real clock: for work inside an object, whose timers are its own. */
export async function outcomeSoon<T>(work: PromiseLike<T>): Promise<T | typeof PENDING> {
  const { promise, resolve } = Promise.withResolvers<typeof PENDING>();
  const timer = setTimeout(() => resolve(PENDING), SOON_MS);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
