/**
 * Small things the account object does to texts.
 */
import { Buffer } from "node:buffer";

/** SHA-256 of a text's UTF-8, lower-case hex. */
export async function sha256Hex(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Buffer.from(digest).toString("hex");
}

/** The beginning of a text, at most `maxBytes` of UTF-8; no character is cut in two. */
export function cutText(text: string, maxBytes: number): string {
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(maxBytes));
  return text.slice(0, read);
}
