/** Whether it is an object of any kind, arrays included: checked before the members of outside data are read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
