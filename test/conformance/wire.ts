/**
 * Writes fields as XML or JSON, and parses an answer without nested fields (WECHAT.md §1.4). In XML, strings are CDATA,
 * numbers are not, and a list is a repeated element. A 64-bit id is a number without quotes in both formats (§1.5).
 */

/** The data format set in the WeChat console. */
export type PushFormat = "xml" | "json";

/** A value. A bigint is written as a number without quotes. */
export type WireNode = string | number | bigint | WireTree | readonly WireNode[];

/** Fields by name. */
export interface WireTree {
  readonly [name: string]: WireNode;
}

/** A field of an answer, as text, and whether it was written as a whole number without quotes or CDATA. */
export interface FlatField {
  readonly text: string;
  readonly numeric: boolean;
}

/** An answer without nested fields. */
export interface FlatAnswer {
  readonly format: PushFormat;
  readonly fields: ReadonlyMap<string, FlatField>;
}

const DIGITS = /^\d+$/;

/** Writes fields; XML has a line for each child of the root, as in the official samples. */
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

/** Parses an answer without nested fields. @returns undefined when it is neither XML nor JSON of that form */
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
