/**
 * A shallow check of answers, so that an answer of something else is a `Result` here and not a TypeError in the
 * caller's code. Which fields an answer must have, and of which kind, is demanded by the compiler from the schema's type.
 */

/** The keys a value of `T` always has. */
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

/** What `typeof` can say of a field; `null` in a type means that only its presence is checked. */
type KindOf<T> = null extends T
  ? "nullable"
  : T extends string
    ? "string"
    : T extends number
      ? "number"
      : T extends boolean
        ? "boolean"
        : T extends readonly unknown[]
          ? "array"
          : "object";

/** The fields of `T` that must be there, each with its kind. */
export type Shape<T> = { readonly [K in RequiredKeys<T>]: KindOf<T[K]> };

/** Whether a value has a shape. More fields are fine: a newer worker may answer them. */
export function hasShape<T>(value: unknown, shape: Shape<T>): value is T {
  if (!isObject(value)) return false;
  return Object.entries<unknown>(shape).every(([name, kind]) => name in value && isKind(value[name], kind));
}

/** Whether a value is an object, and no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown, kind: unknown): boolean {
  if (kind === "nullable") return true;
  if (kind === "array") return Array.isArray(value);
  return kind === "object" ? isObject(value) : typeof value === kind;
}
