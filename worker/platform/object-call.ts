/**
 * Calls of Durable Objects: a timeout for each, and further tries when a call fails. Stubs are created in a few files
 * (test/pure/deadlines.test.ts lists them), which return a `timedStub`.
 */
import { isRecord } from "../../shared/base/is-record.ts";
import { withTimeout, isDeadlineError } from "./deadline.ts";
import { writeLog, errorName } from "./logger.ts";

/** Timeout of a call of the account or settings object, milliseconds. Longer than the account's call of the token endpoint. */
export const ACCOUNT_CALL_MS = 10_000;
/** Timeout of a call of a conversation that returns no lease, milliseconds. */
export const CONVERSATION_CALL_MS = 8_000;

/**
 * Returns the stub with a deadline for each call.
 *
 * @param timeoutMs milliseconds from each call; after that the call rejects with an error for which `isDeadlineError`
 * is true, and its outcome is unknown
 */
export function timedStub<T extends object>(stub: T, timeoutMs: number): T {
  return new Proxy(stub, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        return isPending(answer) ? withTimeout(timeoutMs, answer) : answer;
      };
    },
  });
}

/**
 * Returns whether a value is thenable. A call of another object returns a thenable of the runtime, which is not a
 * Promise.
 */
function isPending(answer: unknown): answer is PromiseLike<unknown> {
  const isHolder = (typeof answer === "object" && answer !== null) || typeof answer === "function";
  return isHolder && "then" in answer && typeof answer.then === "function";
}

/** A location hint: Cloudflare places an object there if possible. */
export type LocationHint = (typeof LOCATION_HINTS)[number];

/** The hints that Cloudflare accepts. */
export const LOCATION_HINTS = [
  "wnam",
  "enam",
  "sam",
  "weur",
  "eeur",
  "apac",
  "oc",
  "afr",
  "me",
  "apac-ne",
  "apac-se",
] as const;

/**
 * Delays before the second and the third try of a call, milliseconds. Most connection failures to an object are
 * shorter.
 */
const RETRY_DELAYS_MS = [100, 500] as const;

/**
 * Calls an object up to three times with delays in between. No retry begins after the deadline, or when the object is
 * overloaded. A call that is running is not ended at the deadline: it needs a timeout of its own. The call must use a
 * new stub each time and be idempotent.
 *
 * @param method its name, for the log
 * @param deadline epoch ms
 * @throws the last error
 */
export async function retryCall<T>(method: string, deadline: number, call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const overloaded = isOverloaded(error);
      const pauseMs = jittered(RETRY_DELAYS_MS[attempt - 1]);
      const last = overloaded || pauseMs === undefined || Date.now() + pauseMs >= deadline;
      writeLog("object_call_failed", { method, attempt, last, overloaded, error: errorName(error) });
      if (last) throw error;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

/** Returns a random delay between half of `pauseMs` and `pauseMs`; undefined when there is no further try. */
function jittered(pauseMs: number | undefined): number | undefined {
  return pauseMs === undefined ? undefined : pauseMs * (0.5 + Math.random() / 2);
}

/**
 * Like `retryCall`, but ends at the deadline even when a call has not returned.
 *
 * @throws the last error; DeadlineError when the last call had not returned in time
 */
export function callUntil<T>(method: string, deadline: number, call: () => Promise<T>): Promise<T> {
  return retryCall(method, deadline, () => withTimeout(Math.max(0, deadline - Date.now()), call()));
}

/**
 * Returns whether the object is overloaded: the runtime marks the error of such an object, and another try would add to
 * its load.
 */
function isOverloaded(error: unknown): boolean {
  return isRecord(error) && error["overloaded"] === true;
}

/**
 * Calls an object, and once more when the first call failed, unless the call timed out or the object is overloaded.
 *
 * @param connect returns a new stub: a stub whose connection broke never works again
 * @param call must be idempotent
 * @throws the last error
 */
export async function callTwice<S, T>(connect: () => S, call: (stub: S) => Promise<T>): Promise<T> {
  try {
    return await call(connect());
  } catch (error) {
    if (isOverloaded(error) || isDeadlineError(error)) throw error;
    return call(connect());
  }
}
