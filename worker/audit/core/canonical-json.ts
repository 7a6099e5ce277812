/**
 * Serialises JSON in one canonical form: keys in the order of their UTF-16 units, no white space. Equal values give the
 * same text.
 */
import type { AuditValue } from "./entry.ts";

/**
 * Serialises a value.
 *
 * @throws TypeError for a value without JSON, such as undefined: the stored entry would lack it, and its hash would not
 * match any more
 */
export function canonicalJson(value: AuditValue): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return textOf(value);
  const members = Object.entries(value)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

function textOf(value: string | number | boolean | null): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`an audit entry cannot contain a value of type ${typeof value}`);
  return text;
}

function isList(value: AuditValue): value is readonly AuditValue[] {
  return Array.isArray(value);
}
