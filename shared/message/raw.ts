/**
 * A platform's fields under their own names. They are stored as text, because a recursive type is too deep for the
 * types of RPC, and returned as `fields`. Reading them needs no platform-specific parser.
 */

/** A value: every scalar is a text, whether the push was XML or JSON. */
export type RawValue = string | readonly RawValue[] | RawFields;

/** Values by the platform's names. */
export interface RawFields {
  readonly [name: string]: RawValue;
}

/** Fields that name the user or the account; every row names these already. */
const HEAD_NAMES: ReadonlySet<string> = new Set(["ToUserName", "FromUserName", "OpenID"]);

/** Writes fields as text. */
export function writeRaw(fields: RawFields): string {
  return JSON.stringify(fields);
}

/**
 * Parses the fields.
 *
 * @param raw written by `writeRaw`; undefined: no fields
 */
export function readRaw(raw: string | undefined): RawFields {
  if (raw === undefined) return {};
  const fields: RawFields = JSON.parse(raw);
  return fields;
}

/** Parses the fields for a row, without those that name the user or the account. */
export function readRowFields(raw: string): RawFields {
  return Object.fromEntries(Object.entries(readRaw(raw)).filter(([name]) => !HEAD_NAMES.has(name)));
}
