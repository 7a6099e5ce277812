/**
 * Signs a context of the shop's back end for one user. The page passes the token on with its own context, and the
 * worker returns the content as verified (docs/how-to/page-context.md). Uses WebCrypto only.
 */
import type { VerifiedContext } from "../shared/app-context.ts";
import { writePlainJson } from "../shared/base/plain-json.ts";
import type { Err, Ok } from "../shared/base/result.ts";
import { trimSecret } from "../shared/base/secret-text.ts";
import {
  CONTEXT_TOKEN_LIMIT,
  contextTokenText,
  MIN_CONTEXT_KEY,
  writeContextToken,
} from "../shared/entry/context-token.ts";

/** The signed values. */
export interface SignedContext {
  /** The user; the token is not valid for any other user. */
  readonly openid: string;
  /** The context, as declared in `shared/app-context.ts`. */
  readonly context: VerifiedContext;
  /** When the token expires, epoch milliseconds; rounded down to whole seconds. */
  readonly expiresAt: number;
}

/**
 * Why a context cannot be signed: not plain data, with the path; or its token is longer than the limit, which leaves
 * space for the page's own context in `session-from`.
 */
export type SignContextError =
  | { readonly reason: "not_plain_data"; readonly path: string }
  | { readonly reason: "too_long"; readonly length: number; readonly limit: number };

/**
 * Signs a context for `session-from`. Keep the key on the server; the token may go to the page.
 *
 * @param givenKey the worker's `CONTEXT_KEY`, at least 32 characters; surrounding white space and quotation marks are
 * removed, as the worker does
 * @returns the token, at most 640 characters, to be passed to `encodeSessionFrom` as `signed`
 * @throws TypeError when the key is too short, there is no openid, or `expiresAt` is not a time in milliseconds
 */
export async function signContext(
  givenKey: string,
  { openid, context, expiresAt }: SignedContext,
): Promise<Ok<string> | Err<SignContextError>> {
  const key = trimSecret(givenKey);
  checkInput(key, openid, expiresAt);
  // An array is not a valid context; untyped callers may pass one.
  if (Array.isArray(context)) return { ok: false, error: { reason: "not_plain_data", path: "" } };
  const json = writePlainJson(context);
  if (!json.ok) return json;
  const mac = await hmac(key, contextTokenText(openid, expiresAt, json.value));
  const token = writeContextToken({ expiresAt, mac, json: json.value });
  if (token.length <= CONTEXT_TOKEN_LIMIT) return { ok: true, value: token };
  return { ok: false, error: { reason: "too_long", length: token.length, limit: CONTEXT_TOKEN_LIMIT } };
}

function checkInput(key: string, openid: string, expiresAt: number): void {
  if (key.length < MIN_CONTEXT_KEY) throw new TypeError(`key must have at least ${MIN_CONTEXT_KEY} characters`);
  if (openid === "") throw new TypeError("openid must not be empty");
  // 1e12 ms is the year 2001: a smaller number is probably in seconds, and its token would already have expired.
  if (!(expiresAt >= 1e12 && expiresAt < 1e14)) throw new TypeError("expiresAt must be epoch milliseconds");
}

async function hmac(key: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), algorithm, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", imported, encoder.encode(text)));
  return btoa(String.fromCharCode(...mac))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=+$/, "");
}
