/**
 * A platform's fields under their own names. They are stored as text, since a recursive type is too deep for the types
 * of RPC, and returned as `fields`. Programs can read them without the channel.
 */

/** A value: every scalar is a text, the same whether it came as XML or JSON. */
export type RawValue = string | readonly RawValue[] | RawFields;

/** Values by the platform's names. */
export interface RawFields {
  readonly [name: string]: RawValue;
}

/** Fields that name the user or the account, which every row names already. */
const HEAD_NAMES: ReadonlySet<string> = new Set(["ToUserName", "FromUserName", "OpenID"]);

/** Writes fields as text. */
export function writeRaw(fields: RawFields): string {
  return JSON.stringify(fields);
}

/**
 * The fields of a text.
 *
 * @param raw written by `writeRaw`; undefined: no fields
 */
export function readRaw(raw: string | undefined): RawFields {
  if (raw === undefined) return {};
  const fields: RawFields = JSON.parse(raw);
  return fields;
}

/** The fields of a text for a row: those that name the user or the account are left out. */
export function readRowFields(raw: string): RawFields {
  return Object.fromEntries(Object.entries(readRaw(raw)).filter(([name]) => !HEAD_NAMES.has(name)));
}
