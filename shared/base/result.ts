/**
 * Expected outcomes as values. Bugs and bad set-up throw; everything a caller must be ready for is a `Result`
 * whose error carries a stable `reason` and the facts of it.
 */

/** What a successful step yields. */
export interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

/** What a refused step yields: a tagged reason with its facts. */
export interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

/** Either a value or the reason there is none. */
export type Result<T, E> = Ok<T> | Err<E>;

/** Wraps a value. */
export function ok<T>(value: T): Ok<T> {
  return { ok: true, value };
}

/** Wraps a reason. */
export function err<const E>(error: E): Err<E> {
  return { ok: false, error };
}
