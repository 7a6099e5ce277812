/**
 * An independent implementation of signatures and WXBizMsgCrypt (WECHAT.md §2.1), so that the suite checks a server by
 * the platform's rules only. `test/pure/conformance/crypt.test.ts` tests it with the published vectors.
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

const BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const HEAD_BYTES = RANDOM_BYTES + 4;

/** The content of an encrypted answer. */
export interface Opened {
  readonly text: string;
  /** The appid after the text. */
  readonly receiveId: string;
}

/** Sorts and joins the parts, and returns the SHA-1 of the result as lower-case hex. */
export function sign(parts: readonly string[]): string {
  return createHash("sha1").update(parts.toSorted().join("")).digest("hex");
}

/** Concatenates the random bytes, the message's length (4 bytes), the message and the appid; adds no padding. */
export function layOut(message: Uint8Array, receiveId: string, random: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([random, length, message, Buffer.from(receiveId)]);
}

/** Returns how many padding bytes a layout of this length needs: 1 to 32. */
export function padOf(layoutBytes: number): number {
  return BLOCK_BYTES - (layoutBytes % BLOCK_BYTES);
}

/** Appends the padding: 1 to 32 bytes up to a multiple of 32, each with their number as its value. */
export function pad(layout: Uint8Array): Buffer {
  const count = padOf(layout.length);
  return Buffer.concat([layout, Buffer.alloc(count, count)]);
}

/**
 * Encrypts a padded message.
 *
 * @param aesKey EncodingAESKey, 43 characters
 * @param padded a multiple of 16 bytes
 * @returns base64
 */
export function encrypt(aesKey: string, padded: Uint8Array): string {
  const key = keyOf(aesKey);
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString("base64");
}

/**
 * Decrypts an answer as strictly as the platform's documents describe it.
 *
 * @returns the content, or the kind of error, which holds nothing of the content
 */
export function decrypt(aesKey: string, base64: string): Opened | "bad_length" | "bad_padding" | "bad_layout" {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length === 0 || bytes.length % BLOCK_BYTES !== 0) return "bad_length";
  const key = keyOf(aesKey);
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const count = plain.at(-1) ?? 0;
  if (count < 1 || count > BLOCK_BYTES) return "bad_padding";
  if (plain.subarray(-count).some((byte) => byte !== count)) return "bad_padding";
  const content = plain.subarray(0, plain.length - count);
  const end = content.length < HEAD_BYTES ? Number.NaN : HEAD_BYTES + content.readUInt32BE(RANDOM_BYTES);
  if (!(end <= content.length)) return "bad_layout";
  return { text: content.toString("utf8", HEAD_BYTES, end), receiveId: content.toString("utf8", end) };
}

/** Returns the 32 bytes of the key. The last two bits of its 43rd character are ignored. */
function keyOf(aesKey: string): Buffer {
  return Buffer.from(`${aesKey}=`, "base64");
}
