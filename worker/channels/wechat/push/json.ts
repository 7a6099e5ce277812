/**
 * Parses JSON pushes: text to wire fields (WECHAT.md §1.4, §1.5). A MsgId is a 64-bit number without quotes, which a
 * plain `JSON.parse` rounds, so that two messages may get the same id; here every number keeps its original digits.
 */
import { readJsonText } from "../../../../shared/base/json-text.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import {
  isForbiddenName,
  MAX_WIRE_DEPTH,
  MAX_WIRE_LENGTH,
  MAX_WIRE_NODES,
  type WireReason,
  type WireFields,
  type WireValue,
} from "./wire.ts";

/** Why JSON could not be parsed. */
export interface JsonProblem {
  readonly reason: WireReason;
}

const LIMITS = { maxDepth: MAX_WIRE_DEPTH, maxCommas: MAX_WIRE_NODES };

/**
 * Parses a JSON push.
 *
 * @param text the whole body; a BOM is accepted
 * @returns the fields of the root object, with numbers and booleans as in the text and null as `""`; or why it is
 * refused
 */
export function parseJson(text: string): Result<WireFields, JsonProblem> {
  if (text.length > MAX_WIRE_LENGTH) return err({ reason: "too_large" });
  const read = readJsonText(text, LIMITS, numberAsWritten);
  if (!read.ok) return read;
  if (!isObject(read.value)) return err({ reason: "malformed" });
  const fields = toFields(read.value);
  return fields === undefined ? err({ reason: "bad_name" }) : ok(fields);
}

/**
 * A reviver for JSON.parse that keeps numbers as written. TypeScript's library lacks its third argument; Node 24 and
 * workerd pass it.
 */
function numberAsWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== "number") return value;
  // An error is better than a wrong id: a rounded MsgId may be that of another message.
  if (context?.source === undefined)
    throw new Error("JSON.parse of this runtime does not pass a number's source text: use a newer runtime");
  return context.source;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Copies an object; returns undefined when a name in it is forbidden. */
function toFields(object: object): WireFields | undefined {
  const fields: Record<string, WireValue> = {};
  for (const [name, member] of Object.entries(object)) {
    const value = isForbiddenName(name) ? undefined : toValue(member);
    if (value === undefined) return undefined;
    fields[name] = value;
  }
  return fields;
}

/** Converts a value of `JSON.parse` to a wire value; returns undefined when a name in it is forbidden. */
function toValue(value: unknown): WireValue | undefined {
  // A lone surrogate cannot be stored or sent as UTF-8.
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return toList(value);
  // The only remaining value is null.
  return isObject(value) ? toFields(value) : "";
}

/** Copies a list; returns undefined when a name in it is forbidden. */
function toList(members: readonly unknown[]): WireValue | undefined {
  const list: WireValue[] = [];
  for (const member of members) {
    const value = toValue(member);
    if (value === undefined) return undefined;
    list.push(value);
  }
  return list;
}
