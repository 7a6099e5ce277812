/**
 * Plain data as JSON that passes unchanged through a mini program and WeChat's XML or JSON: the format of
 * `session-from.ts` and `card-path.ts` (WECHAT.md §9.1). Used by the worker and the mini program, so it uses no
 * platform API and no valibot.
 *
 * `JSON.stringify` is not used for the whole value: it calls `toJSON`, silently changes a Date, a hole and NaN, and on
 * phones of 2018 writes lone surrogates.
 */
import { err, ok, type Result } from "./result.ts";

/** The maximum depth of objects and arrays, including the outermost. */
export const MAX_DEPTH = 8;

/** A JSON object whose values are not validated. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** The error for a value that is not plain data, with its path, `product.tags.0`; empty for the root. */
export interface NotPlainData {
  readonly reason: "not_plain_data";
  readonly path: string;
}

// Characters that XML 1.0 does not allow, that editors hide, or that JSON leaves unescaped. With the `u` flag, Cs
// matches lone surrogates only.
const UNSAFE = /\]\]>|[\p{Cs}\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;

/**
 * Writes plain data: objects, arrays, strings, finite numbers, booleans, null. A property that is `undefined` is left
 * out.
 *
 * @param value any value
 * @returns compact JSON without control characters, lone surrogates or `]]>` (it may be sent in CDATA), or the path of
 * the first value that is not plain data: a function, a Date, NaN, a hole, a cycle, `__proto__`, more than `MAX_DEPTH`
 * levels
 */
export function writePlainJson(value: unknown): Result<string, NotPlainData> {
  return write(value, "", 1);
}

/**
 * Parses the JSON of `writePlainJson`, or any other JSON under the same rules.
 *
 * @returns the object, or undefined for anything else
 */
export function readJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isPlainObject(value) && isWritable(value, 1) ? value : undefined;
}

/** Returns whether `writePlainJson` accepts parsed JSON. A separate function, because the worker only parses. */
function isWritable(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth > MAX_DEPTH || Object.prototype.hasOwnProperty.call(value, "__proto__")) return false;
  return Object.values(value).every((inner) => isWritable(inner, depth + 1));
}

/** Returns whether a value is an object without a class; an object from another window or context counts. */
export function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Writes one string as a JSON literal, under the same rules as `writePlainJson`. */
export function writeJsonString(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, (found) => (found === "]]>" ? "]]\\u003e" : escapeUnit(found)));
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function write(value: unknown, path: string, depth: number): Result<string, NotPlainData> {
  if (typeof value === "string") return ok(writeJsonString(value));
  if (typeof value === "boolean" || value === null) return ok(String(value));
  if (typeof value === "number" && Number.isFinite(value)) return ok(String(value));
  if (depth > MAX_DEPTH) return err({ reason: "not_plain_data", path });
  if (Array.isArray(value)) return writeList(value, path, depth);
  if (isPlainObject(value)) return writeObject(value, path, depth);
  return err({ reason: "not_plain_data", path });
}

function writeList(list: readonly unknown[], path: string, depth: number): Result<string, NotPlainData> {
  const parts: string[] = [];
  for (let index = 0; index < list.length; index += 1) {
    const part = write(list[index], below(path, String(index)), depth + 1);
    if (!part.ok) return part;
    parts.push(part.value);
  }
  return ok(`[${parts.join(",")}]`);
}

function writeObject(object: JsonObject, path: string, depth: number): Result<string, NotPlainData> {
  const parts: string[] = [];
  for (const name of Object.keys(object)) {
    // Rejected, because copying the fields one by one would set the prototype of the copy.
    if (name === "__proto__") return err({ reason: "not_plain_data", path: below(path, name) });
    const value = object[name];
    if (value === undefined) continue;
    const part = write(value, below(path, name), depth + 1);
    if (!part.ok) return part;
    parts.push(`${writeJsonString(name)}:${part.value}`);
  }
  return ok(`{${parts.join(",")}}`);
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A text that is not JSON is an expected outcome, so the error is not needed.
    return undefined;
  }
}
