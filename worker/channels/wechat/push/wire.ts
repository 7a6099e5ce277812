/**
 * What the two wire formats have in common: limits on the work a body can cause, and the reasons for rejecting one.
 * Real pushes have a depth of 4 and about 40 values (WECHAT.md §3).
 */

/** A wire value with every scalar as text, the same whether it came as XML or JSON. */
export type WireValue = string | readonly WireValue[] | WireFields;

/** Wire fields by their names on the wire. */
export interface WireFields {
  readonly [name: string]: WireValue;
}

/** The longest body read, UTF-16 units; a mini program's longest push has a few thousand. */
export const MAX_WIRE_LENGTH = 65_536;
/** The greatest depth of nested values, the root included. */
export const MAX_WIRE_DEPTH = 16;
/** The most elements and CDATA sections (XML) or commas between values (JSON) in a body. */
export const MAX_WIRE_NODES = 1_000;

/** Names that reach an object's prototype. No push has them. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Why a body is refused in either format. */
export type WireReason = "too_large" | "too_deep" | "too_many_nodes" | "bad_name" | "malformed";

/** Whether a name must not become a key of an object. */
export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

/** Whether a wire value is a list. */
export function isWireList(value: WireValue | undefined): value is readonly WireValue[] {
  return Array.isArray(value);
}

/** Whether a wire value is fields by name. */
export function isWireFields(value: WireValue | undefined): value is WireFields {
  return typeof value === "object" && !isWireList(value);
}
