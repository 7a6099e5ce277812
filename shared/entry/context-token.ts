/**
 * The token with the context that the shop's back end signed. It passes from that server through the page and the
 * contact button to the worker: `signContext` (client/) writes it, `worker/inbox/receive/verify-context.ts`
 * verifies it, the page and `session-from.ts` only pass it on.
 *
 *     1.<expiry, seconds>.<HMAC-SHA-256, base64url>.<compact JSON>
 *
 * The HMAC covers four lines: `edge-kefu-context-1`, openid, expiry, JSON. Neither the expiry nor the JSON can contain
 * a line break, so no two contexts have the same signed text, and a token of one user is not valid for another.
 */
import { readJsonObject, type JsonObject } from "../base/plain-json.ts";

/** The maximum length of a token, UTF-16 code units: leaves space for the page's own context. */
export const CONTEXT_TOKEN_LIMIT = 640;
/** The minimum length of a key, characters. */
export const MIN_CONTEXT_KEY = 32;

/** Why a context that was sent with a token is not verified. */
export const UNVERIFIED_REASONS = [
  /** The worker has no `CONTEXT_KEY`. */
  "no_key",
  /** The text is not a token. */
  "malformed",
  /** Forged, changed, signed with another key, or made for another user. */
  "bad_signature",
  /** Valid signature, but expired when the user entered. */
  "expired",
  /** The push was stored by a worker version without tokens. */
  "not_checked",
] as const;

/** One of `UNVERIFIED_REASONS`. */
export type UnverifiedReason = (typeof UNVERIFIED_REASONS)[number];

/** The result of verifying a token. Stored with the push, since keys change and tokens expire. */
export type TokenVerdict = "verified" | UnverifiedReason;

/** A parsed token, not verified. */
export interface ContextToken {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Base64url, 43 characters. */
  readonly mac: string;
  /** The signed context, as text. */
  readonly json: string;
  readonly context: JsonObject;
}

const TOKEN = /^1\.(\d{1,11})\.([\w-]{43})\.(\{.*\})$/;

/** Returns the text that the HMAC covers. */
export function contextTokenText(openid: string, expiresAt: number, json: string): string {
  return ["edge-kefu-context-1", openid, toSeconds(expiresAt), json].join("\n");
}

/** Builds a token. */
export function writeContextToken({ expiresAt, mac, json }: Omit<ContextToken, "context">): string {
  return `1.${toSeconds(expiresAt)}.${mac}.${json}`;
}

/** Parses a token; undefined when the text is not a token. */
export function readContextToken(token: string): ContextToken | undefined {
  if (token.length > CONTEXT_TOKEN_LIMIT) return undefined;
  const [, seconds = "", mac = "", json = ""] = TOKEN.exec(token) ?? [];
  const context = readJsonObject(json);
  return context && { expiresAt: Number(seconds) * 1_000, mac, json, context };
}

function toSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000);
}
