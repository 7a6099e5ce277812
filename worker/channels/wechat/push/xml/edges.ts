/**
 * Reads the two ends of a message in XML: the platform's own fields before and after the user's text (WECHAT.md §3.1).
 * They are read from both ends inwards: the platform writes its first fields before that text and the others after it,
 * so nothing that a user typed can be before the former or after the latter.
 */
import { ownValue } from "../../../../../shared/base/own-value.ts";
import type { WireFields } from "../wire.ts";

/** The ends of a message, and the text between them. */
export interface XmlEdges {
  /** Values by name, as text. */
  readonly fields: WireFields;
  /** The text, unchanged. */
  readonly between: string;
}

/** The platform's own fields, which contain no user input: they are before or after the user's text. */
export const HEAD: ReadonlySet<string> = new Set([
  "ToUserName",
  "FromUserName",
  "CreateTime",
  "MsgType",
  "Event",
  "OpenID",
  "MsgId",
  "BusinessId",
  "Encrypt",
]);
const TAIL = ["MsgId", "BusinessId", "Encrypt"] as const;
/** The fields that a message must have: receiver, sender, time, type and id. */
export const IDENTITY = ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"] as const;

/** The opening tag around all fields, as the platform writes it. */
export const ROOT_START = "<xml>";
/** The closing tag around all fields. */
export const ROOT_END = "</xml>";
/** An element with one plain value (2: in CDATA, 3: without CDATA); the platform's own values contain no bracket. */
const FIELD = /\s*<(\w+)>(?:<!\[CDATA\[([^\]<>]*)\]\]>|([^<>]*))<\/\1>/y;
/** The value of such an element (1: in CDATA, 2: without CDATA). */
export const PLAIN_VALUE = /^(?:<!\[CDATA\[([^\]<>]*)\]\]>|([^<>]*))$/;

/**
 * Reads both ends of a message.
 *
 * @param text the whole body
 * @returns undefined when the root element is incomplete or a field that a message must have is missing
 */
export function readEdges(text: string): XmlEdges | undefined {
  const start = text.indexOf(ROOT_START);
  const body = text.trimEnd();
  if (start < 0 || !body.endsWith(ROOT_END)) return undefined;
  const fields: Record<string, string> = {};
  const from = readHead(body, start + ROOT_START.length, fields);
  const to = readTail(body, from, body.length - ROOT_END.length, fields);
  return isIdentified(fields) ? { fields, between: body.slice(from, to) } : undefined;
}

/** Returns whether these are the fields of a message, including all that it must have. */
export function isIdentified(fields: WireFields): boolean {
  const isThere = (name: string) => typeof fields[name] === "string" && fields[name] !== "";
  return IDENTITY.every(isThere) && fields["MsgType"] !== "event";
}

/** Returns whether these are the fields of an event, which needs only its name (WECHAT.md §3.2). */
export function isNamedEvent(fields: WireFields): boolean {
  const type = ownValue(fields, "MsgType") ?? "";
  const event = ownValue(fields, "Event") ?? "";
  return typeof event === "string" && event !== "" && (type === "" || type === "event");
}

/**
 * Reads fields forwards and adds them to `fields`, each name once. Returns the offset of the first text that is not a
 * field.
 */
function readHead(body: string, start: number, fields: Record<string, string>): number {
  for (let at = start; ; at = FIELD.lastIndex) {
    FIELD.lastIndex = at;
    const [, name = "", section, bare = ""] = FIELD.exec(body) ?? [];
    if (!HEAD.has(name) || Object.hasOwn(fields, name)) return at;
    fields[name] = section ?? bare.trim();
  }
}

/**
 * Reads fields backwards and adds them to `fields`, each name once. Returns the end of the last text that is not a
 * field.
 */
function readTail(body: string, from: number, end: number, fields: Record<string, string>): number {
  const missingFields = new Set<string>(TAIL.filter((name) => !Object.hasOwn(fields, name)));
  for (let to = end; ;) {
    const rest = body.slice(from, to).trimEnd();
    const name = [...missingFields].find((candidate) => rest.endsWith(`</${candidate}>`));
    const opening = name === undefined ? -1 : rest.lastIndexOf(`<${name}>`);
    if (name === undefined || opening < 0) return to;
    const value = PLAIN_VALUE.exec(rest.slice(opening + name.length + 2, -(name.length + 3)));
    if (value === null) return to;
    fields[name] = value[1] ?? (value[2] ?? "").trim();
    missingFields.delete(name);
    to = from + opening;
  }
}
