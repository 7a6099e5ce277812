/**
 * Push bodies and answers as text: writes fields as XML or JSON, and parses a flat answer. XML strings are CDATA,
 * numbers are unquoted, repeated elements are a list (WECHAT.md §1.4); a MsgId is an unquoted 64-bit number in both
 * formats (§1.5).
 */
import type { Result } from "../shared/base/result.ts";
import type { PushFormat, WireNode, WireTree } from "./push-model.ts";

/** A flat answer: every field with its value as text, and whether it was written as a whole number. */
export type FlatFields = ReadonlyMap<string, { readonly text: string; readonly numeric: boolean }>;

const DIGITS = /^\d+$/;

/** Writes the fields of a push in the app's format. */
export function writeFields(fields: WireTree, format: PushFormat): string {
  return format === "xml" ? `<xml>${xmlChildren(fields)}</xml>` : jsonObject(fields);
}

/** Parses an answer with one level. @returns its fields, or the error as text */
export function readFields(text: string, format: PushFormat): Result<FlatFields, string> {
  return format === "xml" ? readXml(text) : readJson(text);
}

/** Writes JSON. JSON.stringify cannot write a number above 2^53, so the top level is assembled by hand. */
function jsonObject(fields: WireTree): string {
  const members = Object.entries(fields).map(([name, value]) => {
    return `${JSON.stringify(name)}:${longNumber(name, value) ?? JSON.stringify(value)}`;
  });
  return `{${members.join(",")}}`;
}

function xmlChildren(fields: WireTree): string {
  return Object.entries(fields)
    .map(([name, value]) => xmlElement(name, value))
    .join("");
}

function xmlElement(name: string, value: WireNode): string {
  if (isList(value)) return value.map((item) => xmlElement(name, item)).join("");
  return `<${name}>${xmlContent(name, value)}</${name}>`;
}

function xmlContent(name: string, value: string | number | WireTree): string {
  if (typeof value === "number") return String(value);
  // Not escaped, not even `]]>`, because the platform does not escape a user's text (WECHAT.md §1.4).
  if (typeof value === "string") return longNumber(name, value) ?? `<![CDATA[${value}]]>`;
  return xmlChildren(value);
}

/** Returns the digits of a MsgId, a 64-bit number that is written without quotes; null for any other field. */
function longNumber(name: string, value: WireNode): string | null {
  return name === "MsgId" && typeof value === "string" && DIGITS.test(value) ? value : null;
}

function isList(value: WireNode): value is readonly WireNode[] {
  return Array.isArray(value);
}

function readJson(text: string): Result<FlatFields, string> {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { ok: false, error: "is not a JSON object" };
  }
  const fields = new Map<string, { text: string; numeric: boolean }>();
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== "string" && typeof field !== "number") return { ok: false, error: `${name} is not a scalar` };
    fields.set(name, { text: String(field), numeric: Number.isInteger(field) });
  }
  return { ok: true, value: fields };
}

/** The maximum nesting depth of JSON from outside; the code that checks or writes it is recursive. */
export const MAX_JSON_DEPTH = 64;

/** Parses JSON from outside. @returns undefined when it is not JSON, or nested deeper than `MAX_JSON_DEPTH` */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined; // the caller only needs to know that the text is not JSON
  }
}

function isTooDeep(value: unknown): boolean {
  let level = [value];
  for (let depth = 0; depth <= MAX_JSON_DEPTH; depth += 1) {
    level = level.flatMap((item): unknown[] => (typeof item === "object" && item !== null ? Object.values(item) : []));
    if (level.length === 0) return false;
  }
  return true;
}

const ROOT = /^\s*<xml>([\s\S]*)<\/xml>\s*$/;
const CHILD = /\s*<(\w+)>\s*(?:<!\[CDATA\[([\s\S]*?)\]\]>|([^<]*?))\s*<\/\1>\s*/y;

function readXml(text: string): Result<FlatFields, string> {
  const inner = ROOT.exec(text)?.[1];
  if (inner === undefined) return { ok: false, error: "is not one <xml> element" };
  const fields = new Map<string, { text: string; numeric: boolean }>();
  let at = 0;
  while (inner.slice(at).trim() !== "") {
    CHILD.lastIndex = at;
    const match = CHILD.exec(inner);
    const name = match?.[1];
    if (match === null || name === undefined) return { ok: false, error: `is not valid from character ${at} on` };
    fields.set(name, { text: match[2] ?? match[3] ?? "", numeric: DIGITS.test(match[3] ?? "") });
    at = CHILD.lastIndex;
  }
  return { ok: true, value: fields };
}
