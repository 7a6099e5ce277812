/**
 * A Durable Object's stub whose calls end at a deadline. Stubs are made in two files, which hand out this
 * one, so that no call of an object is left without a deadline.
 */
import { inTime } from "../deadline.ts";

/** How long a call of the account object may take, milliseconds. Longer than its call of the token endpoint. */
export const ACCOUNT_CALL_MS = 10_000;
/** How long a call of a conversation may take that brings no lease, milliseconds. */
export const CONVERSATION_CALL_MS = 8_000;

/**
 * The same stub with a deadline for each call.
 *
 * @param timeoutMs milliseconds from each call; after that it rejects with an error that `isDeadlineError` knows, and
 *   its outcome is not known
 */
export function timedStub<T extends object>(stub: T, timeoutMs: number): T {
  return new Proxy(stub, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, target, args);
        return isPending(answer) ? inTime(timeoutMs, answer) : answer;
      };
    },
  });
}

/** A call of another object answers with a thenable of the runtime's own. */
function isPending(answer: unknown): answer is PromiseLike<unknown> {
  const isHolder = (typeof answer === "object" && answer !== null) || typeof answer === "function";
  return isHolder && "then" in answer && typeof answer.then === "function";
}
