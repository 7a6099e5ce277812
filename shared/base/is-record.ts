/**
 * Returns whether a value is an object or an array, and not null: checked before the members of outside data are read.
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
