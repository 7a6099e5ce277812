/**
 * Parses and writes bodies and decrypts ciphertexts, as another team might do it; with the faults of this part. The
 * cryptography is the emulator's, not the conformance suite's.
 */
import { createDecipheriv } from "node:crypto";
import { decrypt } from "../../../emulator/crypto.ts";
import type { Flaw } from "./flaw.ts";

/** The format of a body. */
export type Format = "xml" | "json";

/** The scalar fields of a body. */
export type Fields = ReadonlyMap<string, string>;

const CHILD = /<(\w+)>((?:<!\[CDATA\[[\s\S]*?\]\]>|[^<])*)<\/\1>/g;
const TYPED = /^([\s\S]*?)<Content><!\[CDATA\[([\s\S]*)\]\]><\/Content>([\s\S]*)$/;
const SECTION = /<!\[CDATA\[([\s\S]*?)\]\]>/g;
const ENTITY = /<!ENTITY e "([^"]*)">/;

/** Parses a body; MsgId as it is written. @throws Error when it is invalid */
export function readBody(text: string, flaw: Flaw | undefined): { readonly format: Format; readonly fields: Fields } {
  const format: Format = text.trimStart().startsWith("{") ? "json" : "xml";
  if (format === "json" && flaw === "XML alone") throw new Error("not XML");
  if (format === "xml" && flaw === "XML by lines" && !text.includes("\n")) throw new Error("one line");
  const fields = format === "json" ? readJson(text) : readTyped(expand(text, flaw), flaw);
  const msgId = fields.get("MsgId");
  if (msgId !== undefined && flaw === "MsgId as a number") fields.set("MsgId", String(Number(msgId)));
  return { format, fields };
}

/** Writes an answer of one level. */
export function writeFlat(format: Format, fields: Readonly<Record<string, string | number>>): string {
  if (format === "json") return JSON.stringify(fields);
  const children = Object.entries(fields).map(([name, value]) =>
    typeof value === "number" ? `<${name}>${value}</${name}>` : `<${name}><![CDATA[${value}]]></${name}>`,
  );
  return `<xml>${children.join("")}</xml>`;
}

/** Opens a ciphertext. @throws Error when it cannot be opened */
export function open(
  aesKey: string,
  encrypted: string,
  flaw: Flaw | undefined,
): { message: string; receiveId: string } {
  if (flaw === "padding to 16") decipher(aesKey, encrypted, true);
  if (flaw === "text before bytes")
    new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      decipher(aesKey, encrypted, false).subarray(0, 16),
    );
  const opened = decrypt(aesKey, encrypted);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

/**
 * Decrypts as a typical library does. When it removes the padding (`unpads`), it fails for paddings of more than 16
 * bytes, as WebCrypto does.
 */
function decipher(aesKey: string, encrypted: string, unpads: boolean): Buffer {
  const key = Buffer.from(`${aesKey}=`, "base64");
  const aes = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(unpads);
  return Buffer.concat([aes.update(Buffer.from(encrypted, "base64")), aes.final()]);
}

/** Rejects a DOCTYPE; with the fault `expands entities`, replaces the entity `e` by its value, once. */
function expand(text: string, flaw: Flaw | undefined): string {
  if (!text.includes("<!DOCTYPE")) return text;
  if (flaw !== "expands entities") throw new Error("DOCTYPE");
  const value = ENTITY.exec(text)?.[1] ?? "";
  return text.slice(text.indexOf("]>") + 2).replaceAll("&e;", value);
}

/** Parses XML with a user's text, which is not escaped: it is cut out before parsing. Some flaws leave that out. */
function readTyped(text: string, flaw: Flaw | undefined): Map<string, string> {
  const [, before = "", typed, after = ""] = TYPED.exec(text) ?? [];
  if (typed === undefined || flaw === "typed text as fields") return readXml(text);
  if (flaw === "throws at typed markup" && typed.includes("]]>")) throw new Error("not XML");
  return readXml(before + after).set("Content", typed);
}

function readXml(text: string): Map<string, string> {
  if (!/^\s*<xml>[\s\S]*<\/xml>\s*$/.test(text)) throw new Error("not XML");
  const fields = new Map<string, string>();
  const inner = text.slice(text.indexOf("<xml>") + "<xml>".length, text.lastIndexOf("</xml>"));
  for (const [, name = "", content = ""] of inner.matchAll(CHILD)) {
    if (name === "Encrypt" && fields.has(name)) throw new Error("Encrypt twice");
    const sections = [...content.matchAll(SECTION)].map(([, part = ""]) => part);
    fields.set(name, sections.length > 0 ? sections.join("") : content.trim());
  }
  return fields;
}

function readJson(text: string): Map<string, string> {
  const exact = text.replace(/("MsgId"\s*:\s*)(\d+)/, '$1"$2"');
  const value: unknown = JSON.parse(exact);
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("not an object");
  return new Map(Object.entries(value).flatMap(([name, field]) => (isScalar(field) ? [[name, String(field)]] : [])));
}

function isScalar(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
