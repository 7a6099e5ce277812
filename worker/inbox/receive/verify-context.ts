/**
 * Verifies that the shop's back end signed the context of an enter action. The action's text comes from the user's
 * device; only an HMAC-SHA-256 with `CONTEXT_KEY` that covers the user's id proves the origin of the context
 * (docs/design/0015-page-context.md).
 */
import { Buffer } from "node:buffer";
import { contextTokenText, readContextToken, type TokenVerdict } from "../../../shared/entry/context-token.ts";

const encoder = new TextEncoder();
const HMAC = { name: "HMAC", hash: "SHA-256" } as const;

/**
 * Verifies a token.
 *
 * @param token as it arrived
 * @param user as the channel names the user
 * @param keys the current one first, then the previous one while rotating
 * @param at when the user entered, epoch milliseconds
 */
export async function verifyContextToken(
  token: string,
  user: string,
  keys: readonly string[],
  at: number,
): Promise<TokenVerdict> {
  if (keys.length === 0) return "no_key";
  const parts = readContextToken(token);
  if (parts === undefined) return "malformed";
  const text = contextTokenText(user, parts.expiresAt, parts.json);
  const mac = Buffer.from(parts.mac, "base64url");
  const genuine = await Promise.all(keys.map((key) => isGenuine(key, mac, text)));
  if (!genuine.includes(true)) return "bad_signature";
  return at < parts.expiresAt ? "verified" : "expired";
}

/** Returns whether the signature is correct; `subtle.verify` compares in constant time. */
async function isGenuine(key: string, mac: Uint8Array<ArrayBuffer>, text: string): Promise<boolean> {
  const imported = await crypto.subtle.importKey("raw", encoder.encode(key), HMAC, false, ["verify"]);
  return crypto.subtle.verify("HMAC", imported, mac, encoder.encode(text));
}
