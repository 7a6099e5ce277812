/**
 * Expected outcomes as values. Bugs and bad set-up throw; every other outcome is a `Result` whose error has a stable
 * `reason` and its facts.
 */

/** The value of a successful step. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** The error of a failed step: a tagged reason with its facts. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** Either a value or the reason why there is none. */
export type Result<T, E> = Ok<T> | Err<E>;

/** Wraps a value. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Wraps a reason. */
export function err<const E>(error: E): Err<E> {
  return { ok: false, error };
}
