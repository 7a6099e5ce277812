/**
 * SHA-1 and SHA-256 of texts as lower-case hex, on WebCrypto, which Node and workerd both have. SHA-1 is needed only
 * because WeChat signs with it (WECHAT.md §1.2).
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
