/**
 * Typed context in a contact button's `session-from` (WECHAT.md §9.1): the page encodes it, the worker decodes it from
 * the enter event. It comes from the user's phone: treat it as unverified.
 *
 * Format: a label for display (WeChat's own agent tool shows the text unchanged), a marker with a version, a signed
 * token if there is one, the context as compact JSON.
 *
 *     青瓷茶杯 ¥128 kefu1{"page":"pages/product/index","product":{"id":"42","name":"青瓷茶杯","price":128}}
 *     kefu1"1.1790000000.eyJ1c2VyIjp7InZpcCI6M319.…"{"page":"pages/home/index"}
 *
 * Any other text is plain: apps may set `session-from` by hand.
 */
import {
  readJsonObject,
  writeJsonString,
  writePlainJson,
  type JsonObject,
  type NotPlainData,
} from "../base/plain-json.ts";
import { err, ok, type Result } from "../base/result.ts";
import { isVisible } from "../base/visible.ts";

/** The maximum length of a `session-from`, UTF-16 code units. */
export const SESSION_FROM_LIMIT = 1_024;
/**
 * The maximum length of a label, UTF-16 code units; a longer label is cut, so that enough space is left for the
 * context.
 */
export const LABEL_LIMIT = 80;

/** Optional additions to the context. */
export interface SessionFromOptions {
  /** Text before the context, shown to people. Line breaks and control characters become spaces. */
  readonly label?: string | undefined;
  /** A token made by the shop's own back end with `signContext`; passed on unchanged. */
  readonly signed?: string | undefined;
}

/** Why a context cannot be written as a `session-from`. `length` is in UTF-16 code units. */
export type SessionFromError =
  | { readonly reason: "too_long"; readonly length: number; readonly limit: number }
  | NotPlainData;

/** The content of a `session-from`. */
export type SessionFrom =
  | { readonly kind: "plain"; readonly text: string }
  | { readonly kind: "context"; readonly label: string; readonly context: JsonObject; readonly signed?: string };

const MARK = "kefu1";
// The marker is at the start or after a space; it is followed by `{`, or by a string and `{`.
const MARKED = new RegExp(`(?:^| )${MARK}("(?:[^"\\\\]|\\\\.)*")?(?=\\{)`);
// Characters that are replaced in a label: text that looks like the marker, and direction overrides, which could change
// how the text is displayed.
const MARK_IN_LABEL = new RegExp(`${MARK}(?=["{])`, "g");
const NOT_IN_LABEL = /[\p{Cc}\p{Cs}\p{Z}\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]+/gu;

/**
 * Writes a context for the `session-from` of a contact button.
 *
 * @param context plain data, at most eight levels deep; properties that are `undefined` are left out
 * @returns the text, at most 1024 UTF-16 code units, or why it cannot be written
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- callers name theirs: encodeSessionFrom<AppContext>(…)
export function encodeSessionFrom<C extends object>(
  context: C,
  options: SessionFromOptions = {},
): Result<string, SessionFromError> {
  // An array is an object too, but not a context.
  if (Array.isArray(context)) return err({ reason: "not_plain_data", path: "" });
  const json = writePlainJson(context);
  if (!json.ok) return json;
  const label = cleanLabel(options.label ?? "");
  const signed = options.signed === undefined ? "" : writeJsonString(options.signed);
  const text = `${label === "" ? "" : `${label} `}${MARK}${signed}${json.value}`;
  if (text.length <= SESSION_FROM_LIMIT) return ok(text);
  return err({ reason: "too_long", length: text.length, limit: SESSION_FROM_LIMIT });
}

/**
 * Reads a `session-from`. Never throws; a text that this module did not write is returned as plain text.
 *
 * @returns the context with unchecked values, and the signed token, not verified
 */
export function decodeSessionFrom(text: string): SessionFrom {
  const plain = { kind: "plain", text } as const;
  if (text.length > SESSION_FROM_LIMIT) return plain;
  const mark = MARKED.exec(text);
  if (mark === null) return plain;
  const context = readJsonObject(text.slice(mark.index + mark[0].length));
  if (context === undefined) return plain;
  const label = text.slice(0, mark.index);
  if (mark[1] === undefined) return { kind: "context", label, context };
  const signed = readString(mark[1]);
  return signed === undefined ? plain : { kind: "context", label, context, signed };
}

/**
 * Returns the label as one line without text that looks like the marker, cut to `LABEL_LIMIT`; empty when nothing in it
 * is visible.
 */
function cleanLabel(label: string): string {
  if (!isVisible(label)) return "";
  const line = label.replace(NOT_IN_LABEL, " ").replace(/\]\]>/g, "]] >").replace(MARK_IN_LABEL, `${MARK} `).trim();
  if (line.length <= LABEL_LIMIT) return line;
  // Does not cut a character of two code units in half.
  return `${line.slice(0, LABEL_LIMIT - 1).replace(/\p{Cs}$/u, "")}…`;
}

/**
 * Parses a JSON string literal with the parser of objects, so that all outside data uses one parser; undefined:
 * invalid.
 */
function readString(literal: string): string | undefined {
  const value = readJsonObject(`{"":${literal}}`)?.[""];
  return typeof value === "string" ? value : undefined;
}
