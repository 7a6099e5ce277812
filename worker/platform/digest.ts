/**
 * SHA-1 and SHA-256 of texts as lower-case hex, and HMAC-SHA-256 as base64, on WebCrypto, which Node and workerd both
 * have. SHA-1 is needed only because WeChat signs with it (WECHAT.md §1.2).
 */
import { Buffer } from "node:buffer";

const encoder = new TextEncoder();

/**
 * Hashes a text.
 *
 * @param algorithm `SHA-1` for WeChat's signatures, `SHA-256` for our own keys
 * @param text hashed as UTF-8
 * @returns lower-case hex
 */
export async function hexDigest(algorithm: "SHA-1" | "SHA-256", text: string): Promise<string> {
  return Buffer.from(await crypto.subtle.digest(algorithm, encoder.encode(text))).toString("hex");
}

/**
 * Computes an HMAC-SHA-256.
 *
 * @param key at least one byte; a text is encoded as UTF-8
 * @param content may be empty; a text is encoded as UTF-8
 * @returns base64, 44 characters
 */
export async function hmacSha256(
  key: string | Uint8Array<ArrayBuffer>,
  content: string | Uint8Array<ArrayBuffer>,
): Promise<string> {
  const bytes = typeof key === "string" ? encoder.encode(key) : key;
  const imported = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign(
    "HMAC",
    imported,
    typeof content === "string" ? encoder.encode(content) : content,
  );
  return Buffer.from(mac).toString("base64");
}
