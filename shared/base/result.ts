/**
 * Expected outcomes as values. Bugs and an invalid configuration throw; every other outcome is a `Result` whose error
 * has a stable `reason` and the data that belongs to it.
 */

/** The value of a successful step. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** The error of a failed step: a tagged reason with its data. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** Either a value or an error. */
export type Result<T, E> = Ok<T> | Err<E>;

/** Wraps a value. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Wraps an error. */
export function err<const E>(error: E): Err<E> {
  return { ok: false, error };
}
