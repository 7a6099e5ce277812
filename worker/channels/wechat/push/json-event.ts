/**
 * Parses a JSON event that `parseJson` refuses because it is too deep, has too many values or contains a forbidden name.
 * Its members are parsed one by one. Invalid ones are left out, and so are those beyond `MAX_WIRE_NODES` values, except
 * the platform's own fields (docs/design/push-trust.md).
 */
import { ownValue } from "../../../../shared/base/own-value.ts";
import { parseJson } from "./json.ts";
import { MAX_WIRE_NODES, type WireFields, type WireValue } from "./wire.ts";
import { HEAD, isNamedEvent } from "./xml/edges.ts";

/** A member of an object. */
interface Member {
  readonly name: string;
  /** Name and value, as they are in the text. */
  readonly source: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Parses an event.
 *
 * @param text the whole body
 * @returns the members that were kept; undefined when the text is not a JSON object or names no event
 */
export function readJsonEvent(text: string): WireFields | undefined {
  const body = text.trim();
  if (!isObject(body)) return undefined;
  const values = new Map<string, WireValue>();
  let count = 0;
  for (const { name, source } of splitMembers(body)) {
    // Commas inside texts are counted too, so an event below the limit may lose members; such events are rare.
    if (!HEAD.has(name)) count += source.split(",").length;
    const member = HEAD.has(name) || count <= MAX_WIRE_NODES ? parseJson(`{${source}}`) : undefined;
    const value = member?.ok === true ? ownValue(member.value, name) : undefined;
    // The last of two members with the same name is used, as in JSON.parse.
    if (value === undefined) values.delete(name);
    else values.set(name, value);
  }
  const fields = Object.fromEntries(values);
  return isNamedEvent(fields) ? fields : undefined;
}

/** Returns whether a text is a JSON object of any depth: without a reviver JSON.parse does not recurse. */
function isObject(body: string): boolean {
  try {
    JSON.parse(body);
    return body.startsWith("{");
  } catch {
    // The error's message quotes the body, so it is dropped.
    return false;
  }
}

/** Yields the members of an object that is valid JSON. */
function* splitMembers(body: string): Generator<Member> {
  let depth = 0;
  let start = 1;
  let colon = 0;
  for (let index = 0; index < body.length; index += 1) {
    const code = body.charCodeAt(index);
    if (code === QUOTE) index = endOfText(body, index);
    else if (code === 0x7b || code === 0x5b) depth += 1;
    else if (code === 0x3a && depth === 1) colon = index;
    else if (code === 0x7d || code === 0x5d) depth -= 1;
    const isEnd = depth === 0 || (depth === 1 && code === 0x2c);
    if (!isEnd || colon < start) continue;
    const name: unknown = JSON.parse(body.slice(start, colon));
    yield { name: String(name), source: body.slice(start, index) };
    start = index + 1;
  }
}

/** Returns the index of the quotation mark that ends the string beginning with the one at `start`. */
function endOfText(body: string, start: number): number {
  for (let index = start + 1; ; index += 1) {
    const code = body.charCodeAt(index);
    if (code === QUOTE) return index;
    if (code === BACKSLASH) index += 1;
  }
}
