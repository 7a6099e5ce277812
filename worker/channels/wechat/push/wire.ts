/**
 * The common parts of the two wire formats: limits on the work that a body can cause, and the reasons for rejecting
 * one. Real pushes have a depth of 4 and about 40 values (WECHAT.md §3).
 */

/** A wire value with every scalar as text, the same for XML and JSON. */
export type WireValue = string | readonly WireValue[] | WireFields;

/** Wire fields by the platform's names. */
export interface WireFields {
  readonly [name: string]: WireValue;
}

/** The maximum length of a body, UTF-16 units; a mini program's longest push has a few thousand. */
export const MAX_WIRE_LENGTH = 65_536;
/** The maximum depth of nested values, including the root. */
export const MAX_WIRE_DEPTH = 16;
/** The maximum number of elements and CDATA sections (XML) or of commas between values (JSON) in a body. */
export const MAX_WIRE_NODES = 1_000;

/** Names that would change an object's prototype. No push contains them. */
const FORBIDDEN_NAMES: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** Why a body is refused in either format. */
export type WireReason = "too_large" | "too_deep" | "too_many_nodes" | "bad_name" | "malformed";

/** Returns whether a name must not become a key of an object. */
export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

/** Returns whether a wire value is a list. */
export function isWireList(value: WireValue | undefined): value is readonly WireValue[] {
  return Array.isArray(value);
}

/** Returns whether a wire value is an object of fields. */
export function isWireFields(value: WireValue | undefined): value is WireFields {
  return typeof value === "object" && !isWireList(value);
}
