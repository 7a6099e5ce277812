/**
 * A shallow check of responses, so that an unexpected response is a `Result` here and not a TypeError in the caller's
 * code. The fields of a shape and their kinds are checked by the compiler against the schema's type.
 */

/** The keys a value of `T` always has. */
type RequiredKeys<T> = { [K in keyof T]-?: object extends Pick<T, K> ? never : K }[keyof T];

/**
 * The kinds of a field that `typeof` distinguishes; for a type with `null` only the presence of the field is checked.
 */
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

/** The required fields of `T`, each with its kind. */
export type Shape<T> = { readonly [K in RequiredKeys<T>]: KindOf<T[K]> };

/** Returns whether a value has a shape. Additional fields are allowed, because a newer worker may return them. */
export function hasShape<T>(value: unknown, shape: Shape<T>): value is T {
  if (!isObject(value)) return false;
  return Object.entries<unknown>(shape).every(([name, kind]) => name in value && isKind(value[name], kind));
}

/** Returns whether a value is an object and not a list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isKind(value: unknown, kind: unknown): boolean {
  if (kind === "nullable") return true;
  if (kind === "array") return Array.isArray(value);
  return kind === "object" ? isObject(value) : typeof value === kind;
}
