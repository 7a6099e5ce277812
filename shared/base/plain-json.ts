/**
 * Plain data as JSON that passes unchanged through a mini program and WeChat's XML or JSON: the format of
 * `session-from.ts` and `card-path.ts` (WECHAT.md §9.1). Worker and mini program use it, so it uses no platform API and
 * no valibot.
 *
 * Not `JSON.stringify` of the whole: that calls `toJSON`, silently turns a Date, a hole and NaN into something else,
 * and on phones of 2018 writes lone surrogates.
 */
import { err, ok, type Result } from "./result.ts";

/** The greatest depth of objects and lists, the outermost included. */
export const MAX_DEPTH = 8;

/** A JSON object whose values are not checked. */
export interface JsonObject {
  readonly [name: string]: unknown;
}

/** The path of the value that cannot be written, `product.tags.0`; empty for the root. */
export interface NotPlainData {
  readonly reason: "not_plain_data";
  readonly path: string;
}

// Characters that XML 1.0 cannot contain, that editors hide, or that JSON leaves unescaped. With the `u` flag Cs
// matches lone surrogates only.
const UNSAFE = /\]\]>|[\p{Cs}\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/gu;

/**
 * Writes plain data: objects, lists, strings, finite numbers, booleans, null. A property that is `undefined` is left
 * out.
 *
 * @param value any value
 * @returns compact JSON without control characters, lone surrogates or `]]>` (it may travel in CDATA), or the first
 *   thing that is not plain data: a function, a Date, NaN, a hole, a cycle, `__proto__`, more than `MAX_DEPTH` levels
 */
export function writePlainJson(value: unknown): Result<string, NotPlainData> {
  return write(value, "", 1);
}

/**
 * Reads the JSON of `writePlainJson`, or any other JSON under the same rules.
 *
 * @returns the object, or undefined for anything else
 */
export function readJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isPlainObject(value) && isWritable(value, 1) ? value : undefined;
}

/** Whether `writePlainJson` accepts parsed JSON. A function of its own, because the worker only reads. */
function isWritable(value: unknown, depth: number): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  if (depth > MAX_DEPTH || Object.prototype.hasOwnProperty.call(value, "__proto__")) return false;
  return Object.values(value).every((inner) => isWritable(inner, depth + 1));
}

/** Whether it is an object of no class; one from another window or context counts. */
export function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** One string as a JSON literal, as safe as the output of `writePlainJson`. */
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
    // Copying the fields one by one would set the prototype of the copy.
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
    // Not JSON: an expected outcome; the error is not used.
    return undefined;
  }
}
