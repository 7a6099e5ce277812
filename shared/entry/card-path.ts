/**
 * Typed routes in the path of a mini-program card: the worker builds one, the user taps the card in the chat, and the
 * page receives it in the detail of `bindcontact` (WECHAT.md §9.1) and must navigate by itself.
 *
 *     pages/product/index?id=42&kefu=%7B%22order%22%3A…
 *
 * A phone may return the path in several forms, all of which are read: with or without a leading slash, with `.html`
 * (WECHAT.md §9.3), the query in the path or in `detail.query`, decoded or not.
 */
import {
  isPlainObject,
  readJsonObject,
  writePlainJson,
  type JsonObject,
  type NotPlainData,
} from "../base/plain-json.ts";
import { err, ok, type Result } from "../base/result.ts";

/** The maximum length of a card's path, characters. Our own limit: WeChat documents none (WECHAT.md §4.3). */
export const CARD_PATH_LIMIT = 2_048;
/** The query field reserved by this project: it contains the context. */
const CONTEXT_FIELD = "kefu";
// The path of a page, as in app.json; no `..`, no scheme, no second slash.
const PAGE = /^[\w-]+(?:[./][\w-]+)*$/;
// The characters that `encodeURIComponent` leaves unescaped, and escapes; any other character means that the text is
// already decoded.
const ENCODED = /^(?:[\w\-.!~*'()]|%[0-9a-f]{2})*$/i;

/** Why a path cannot be built. `length` is in characters, all of them ASCII. */
export type CardPathError =
  | { readonly reason: "not_a_page"; readonly page: string }
  | { readonly reason: "reserved"; readonly field: string }
  | { readonly reason: "too_long"; readonly length: number; readonly limit: number }
  | NotPlainData;

/** The target of a card. All values come from outside. */
export interface CardTarget {
  readonly page: string;
  readonly query: Record<string, string>;
  readonly context?: JsonObject;
}

/** The allowed values of a query, which are written as text. */
type Scalars<Query> = { readonly [Name in keyof Query]: string | number | boolean | undefined };

/**
 * Builds the path of a card; page and query are checked against the app's pages at compile time. @example
 * buildCardPath<AppRoutes, "pages/order/index">(…)
 */
export function buildCardPath<Routes extends object, Page extends keyof Routes & string>(
  page: Page,
  query: Routes[Page],
  context?: object,
): Result<string, CardPathError>;
/**
 * Builds the path of a card.
 *
 * @param page a page of the app, without a leading slash, as in app.json
 * @param query its query: texts, numbers, booleans; `undefined` values are left out; `kefu` and `__proto__` are
 *   reserved
 * @param context plain data for the page that opens, in the one field `kefu`
 * @returns the path, percent-encoded, without a leading slash, or why it cannot be built (`query.id` names the
 *   parameter)
 * @example buildCardPath("pages/order/index", { id: "1001" })
 */
export function buildCardPath<Query extends Scalars<Query>>(
  page: string,
  query: Query,
  context?: object,
): Result<string, CardPathError>;
export function buildCardPath(page: string, query: unknown, context?: object): Result<string, CardPathError> {
  if (!PAGE.test(page)) return err({ reason: "not_a_page", page });
  const fields = writeQuery(query);
  if (!fields.ok) return fields;
  const extra = context === undefined ? ok([]) : writeContext(context);
  if (!extra.ok) return extra;
  const all = [...fields.value, ...extra.value];
  const path = all.length === 0 ? page : `${page}?${all.join("&")}`;
  if (path.length <= CARD_PATH_LIMIT) return ok(path);
  return err({ reason: "too_long", length: path.length, limit: CARD_PATH_LIMIT });
}

/**
 * Reads the target of a tapped card. Never throws.
 *
 * A value of `query` that consists of unreserved characters and escapes only is treated as encoded, because it is not
 * documented whether phones decode it. The path takes precedence over `query`.
 *
 * @param path `detail.path` of `bindcontact`, or any page's path
 * @param query `detail.query`, or the options of `onLoad`
 * @returns undefined when the path is longer than 4,096 characters or does not have the form of a page's path
 */
export function parseCardPath(path: string, query?: unknown): CardTarget | undefined {
  if (typeof path !== "string" || path.length > 2 * CARD_PATH_LIMIT) return undefined;
  const [beforeHash = ""] = path.split("#", 1);
  const split = beforeHash.indexOf("?");
  const page = (split < 0 ? beforeHash : beforeHash.slice(0, split)).replace(/^\//, "").replace(/\.html$/, "");
  if (!PAGE.test(page)) return undefined;
  const given = { ...readFields(query), ...readQuery(split < 0 ? "" : beforeHash.slice(split + 1)) };
  const { [CONTEXT_FIELD]: written, ...fields } = given;
  const context = written === undefined ? undefined : readContext(written);
  return context === undefined ? { page, query: fields } : { page, query: fields, context };
}

function writeQuery(query: unknown): Result<string[], CardPathError> {
  if (!isPlainObject(query)) return err({ reason: "not_plain_data", path: "query" });
  const written: string[] = [];
  for (const name of Object.keys(query)) {
    const value = query[name];
    if (value === undefined) continue;
    if (name === CONTEXT_FIELD || name === "__proto__") return err({ reason: "reserved", field: name });
    const text = scalarText(value);
    if (text === undefined || !isWellFormed(text) || !isWellFormed(name)) {
      return err({ reason: "not_plain_data", path: `query.${name}` });
    }
    written.push(`${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
  }
  return ok(written);
}

function writeContext(context: object): Result<string[], CardPathError> {
  if (Array.isArray(context)) return err({ reason: "not_plain_data", path: CONTEXT_FIELD });
  const json = writePlainJson(context);
  if (json.ok) return ok([`${CONTEXT_FIELD}=${encodeURIComponent(json.value)}`]);
  return err({ reason: "not_plain_data", path: `${CONTEXT_FIELD}.${json.error.path}` });
}

/** Parses and decodes the query after `?`. */
function readQuery(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const part of text.split("&")) {
    const at = part.indexOf("=");
    const name = decode(at < 0 ? part : part.slice(0, at));
    if (name === "" || name === "__proto__") continue;
    fields[name] = at < 0 ? "" : decode(part.slice(at + 1));
  }
  return fields;
}

/** Returns the texts, numbers and booleans of `detail.query` as texts; those that may be encoded are decoded. */
function readFields(query: unknown): Record<string, string> {
  const fields: Record<string, string> = {};
  if (!isPlainObject(query)) return fields;
  for (const name of Object.keys(query)) {
    const text = scalarText(query[name]);
    if (text === undefined || name === "__proto__") continue;
    fields[name] = ENCODED.test(text) ? decode(text) : text;
  }
  return fields;
}

/** Parses the context, which is encoded unless it begins with `{`; undefined when it is not a JSON object. */
function readContext(written: string): JsonObject | undefined {
  return readJsonObject(written.startsWith("{") ? written : decode(written));
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) return String(value);
  return undefined;
}

/** Returns whether `encodeURIComponent` accepts a text: it has no lone surrogates. */
function isWellFormed(text: string): boolean {
  return !/\p{Cs}/u.test(text);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A `%` that is not an escape: the text is kept unchanged instead of being dropped.
    return text;
  }
}
