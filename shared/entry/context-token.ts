/**
 * The token that carries what the shop's back end signed, from its server through the page and the contact button
 * to the worker: `signContext` (client/) writes it, `worker/channels/mini-program/context-signature.ts` verifies it, the page and
 * `session-from.ts` only pass it on.
 *
 *     1.<expiry, seconds>.<HMAC-SHA-256, base64url>.<compact JSON>
 *
 * The HMAC is over four lines: `edge-kefu-context-1`, openid, expiry, JSON. Neither the expiry nor the JSON can hold a line
 * break, so no two contexts make the same text, and a token of one user is none of another's.
 */
import { readJsonObject, type JsonObject } from "../base/plain-json.ts";

/** How long a token may be, in UTF-16 code units: beside it the page's own context must fit. */
export const CONTEXT_TOKEN_LIMIT = 640;
/** How long the key must be, in characters. */
export const MIN_CONTEXT_KEY = 32;

/** Why a context that came with a token is not verified. */
export const UNVERIFIED_REASONS = [
  /** The worker has no `CONTEXT_KEY`. */
  "no_key",
  /** The text is not a token. */
  "malformed",
  /** Forged, changed, signed with another key, or made for another user. */
  "bad_signature",
  /** Genuine, but its time was over when the user entered. */
  "expired",
  /** The push was stored by a worker that did not know tokens. */
  "not_checked",
] as const;

/** One of `UNVERIFIED_REASONS`. */
export type UnverifiedReason = (typeof UNVERIFIED_REASONS)[number];

/** What came of verifying a token. Stored with the push, for keys change and tokens expire. */
export type TokenVerdict = "verified" | UnverifiedReason;

/** A token taken apart, not verified. */
export interface ContextToken {
  /** Epoch milliseconds. */
  readonly expiresAt: number;
  /** Base64url, 43 characters. */
  readonly mac: string;
  /** What was signed, as text. */
  readonly json: string;
  readonly context: JsonObject;
}

const TOKEN = /^1\.(\d{1,11})\.([\w-]{43})\.(\{.*\})$/;

/** The text the HMAC is over. */
export function contextTokenText(openid: string, expiresAt: number, json: string): string {
  return ["edge-kefu-context-1", openid, toSeconds(expiresAt), json].join("\n");
}

/** Puts a token together. */
export function writeContextToken({ expiresAt, mac, json }: Omit<ContextToken, "context">): string {
  return `1.${toSeconds(expiresAt)}.${mac}.${json}`;
}

/** Takes a token apart; undefined when it is none. */
export function readContextToken(token: string): ContextToken | undefined {
  if (token.length > CONTEXT_TOKEN_LIMIT) return undefined;
  const [, seconds = "", mac = "", json = ""] = TOKEN.exec(token) ?? [];
  const context = readJsonObject(json);
  return context && { expiresAt: Number(seconds) * 1_000, mac, json, context };
}

function toSeconds(epochMs: number): number {
  return Math.floor(epochMs / 1_000);
}
