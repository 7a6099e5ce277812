/**
 * Writes fields as XML or JSON, and parses a flat answer (WECHAT.md §1.4): XML strings are CDATA, numbers are bare,
 * repeated elements are a list; a 64-bit id is a bare number in both (§1.5).
 */

/** The data format set in the WeChat console. */
export type PushFormat = "xml" | "json";

/** A value: a bigint is written as a bare number of any size. */
export type WireNode = string | number | bigint | WireTree | readonly WireNode[];

/** Fields by name. */
export interface WireTree {
  readonly [name: string]: WireNode;
}

/** A field of an answer, as text, and whether it was written as a bare whole number. */
export interface FlatField {
  readonly text: string;
  readonly numeric: boolean;
}

/** A flat answer. */
export interface FlatAnswer {
  readonly format: PushFormat;
  readonly fields: ReadonlyMap<string, FlatField>;
}

const DIGITS = /^\d+$/;

/** Writes fields; XML as the official samples do, a line for each child. */
export function writeFields(fields: WireTree, format: PushFormat): string {
  return format === "json" ? toJson(fields) : `<xml>${toXml(fields, "\n")}</xml>`;
}

function toJson(value: WireNode): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object") return JSON.stringify(value);
  if (isList(value)) return `[${value.map(toJson).join(",")}]`;
  return `{${Object.entries(value)
    .map(([name, member]) => `${JSON.stringify(name)}:${toJson(member)}`)
    .join(",")}}`;
}

function toXml(fields: WireTree, lineEnd: string): string {
  return Object.entries(fields)
    .map(([name, value]) => element(name, value) + lineEnd)
    .join("");
}

function element(name: string, value: WireNode): string {
  if (isList(value)) return value.map((item) => element(name, item)).join("");
  return `<${name}>${typeof value === "object" ? toXml(value, "") : toText(value)}</${name}>`;
}

function toText(value: string | number | bigint): string {
  return typeof value === "string" ? `<![CDATA[${value.replaceAll("]]>", "]]]]><![CDATA[>")}]]>` : String(value);
}

function isList(value: WireNode): value is readonly WireNode[] {
  return Array.isArray(value);
}

const ROOT = /^\s*(?:<\?xml[^>]*\?>\s*)?<xml>([\s\S]*)<\/xml>\s*$/;
const CHILD = /<(\w+)>((?:<!\[CDATA\[[\s\S]*?\]\]>|[^<])*)<\/\1>/g;
const SECTION = /<!\[CDATA\[([\s\S]*?)\]\]>/g;

/** Reads an answer of one level. @returns undefined when it is neither format */
export function readFlat(text: string): FlatAnswer | undefined {
  return text.trimStart().startsWith("{") ? readJson(text) : readXml(text);
}

function readXml(text: string): FlatAnswer | undefined {
  const inner = ROOT.exec(text)?.[1];
  if (inner === undefined) return undefined;
  const fields = new Map<string, FlatField>();
  for (const [, name = "", content = ""] of inner.matchAll(CHILD)) {
    const value = content.includes("<![CDATA[")
      ? [...content.matchAll(SECTION)].map(([, part = ""]) => part).join("")
      : content.trim();
    fields.set(name, { text: value, numeric: DIGITS.test(content.trim()) });
  }
  return { format: "xml", fields };
}

function readJson(text: string): FlatAnswer | undefined {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const fields = new Map<string, FlatField>();
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== "string" && typeof field !== "number") continue;
    fields.set(name, { text: String(field), numeric: Number.isInteger(field) });
  }
  return { format: "json", fields };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller only needs to know that the text is not JSON
  }
}
