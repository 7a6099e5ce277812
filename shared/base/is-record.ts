/** Whether it is an object of any kind, arrays included: what outside data must be before its members are read. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
