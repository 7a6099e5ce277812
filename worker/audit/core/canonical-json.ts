/**
 * Serialises JSON in one canonical form: keys in the order of their UTF-16 units, no white space. Equal values give the
 * same text.
 */
import type { AuditValue } from "./entry.ts";

/** Serialises a value. */
export function canonicalJson(value: AuditValue): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

function isList(value: AuditValue): value is readonly AuditValue[] {
  return Array.isArray(value);
}
