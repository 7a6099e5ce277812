/**
 * Signatures and WXBizMsgCrypt as on the platform (WECHAT.md §2.1), using `node:crypto`. Implemented independently of
 * the worker, so that an error in one implementation is detected.
 */
// eslint-disable-next-line triple-slash-reference -- the runtime's own types do not declare node:crypto
/// <reference types="node" />
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import type { Result } from "../shared/base/result.ts";

const CIPHER = "aes-256-cbc";
const BLOCK_BYTES = 32;
const RANDOM_BYTES = 16;
const HEAD_BYTES = RANDOM_BYTES + 4;

/** The result of a decryption. */
export interface Opened {
  readonly message: string;
  /** The appid that follows the message in the plaintext. */
  readonly receiveId: string;
}

/**
 * Returns the lower-case hex SHA-1 of the sorted, concatenated parts; the push token is one of them (WECHAT.md §1.2,
 * §2.1).
 */
export function sign(parts: readonly string[]): string {
  return createHash("sha1").update(parts.toSorted().join("")).digest("hex");
}

/**
 * Encrypts a message.
 *
 * @param aesKey EncodingAESKey, 43 characters
 * @param receiveId the appid appended to the message
 * @param random 16 bytes prepended to the message
 * @returns base64
 */
export function encrypt(aesKey: string, receiveId: string, message: Uint8Array, random: Uint8Array): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  const plain = Buffer.concat([random, length, message, Buffer.from(receiveId)]);
  const pad = BLOCK_BYTES - (plain.length % BLOCK_BYTES);
  const { key, iv } = keyOf(aesKey);
  const cipher = createCipheriv(CIPHER, key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString(
    "base64",
  );
}

/** Decrypts the output of `encrypt` or of the worker. @returns the content, or a text that says why it is invalid */
export function decrypt(aesKey: string, base64: string): Result<Opened, string> {
  const bytes = Buffer.from(base64, "base64");
  // Buffer also accepts base64url, other characters and missing padding, which the platform is not known to accept
  // (WECHAT.md §2.1).
  if (bytes.toString("base64") !== base64) {
    return { ok: false, error: "the ciphertext is not base64 of the standard alphabet with its padding" };
  }
  if (bytes.length === 0 || bytes.length % BLOCK_BYTES !== 0) {
    return { ok: false, error: "the ciphertext is not a multiple of 32 bytes" };
  }
  const { key, iv } = keyOf(aesKey);
  const decipher = createDecipheriv(CIPHER, key, iv).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(bytes), decipher.final()]);
  const pad = plain.at(-1) ?? 0;
  if (pad < 1 || pad > BLOCK_BYTES) return { ok: false, error: "the padding must have a length of 1 to 32 bytes" };
  const content = plain.subarray(0, plain.length - pad);
  if (content.length < HEAD_BYTES) return { ok: false, error: "the plaintext is shorter than its header" };
  const end = HEAD_BYTES + content.readUInt32BE(RANDOM_BYTES);
  if (end > content.length) return { ok: false, error: "the length field exceeds the plaintext" };
  const message = decodeUtf8(content.subarray(HEAD_BYTES, end));
  if (message === null) return { ok: false, error: "the message is not UTF-8" };
  return { ok: true, value: { message, receiveId: content.subarray(end).toString() } };
}

/** Decodes strict UTF-8 and keeps a byte order mark. @returns null when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // a fatal decoder fails only for "not UTF-8"
  }
}

/** Returns the AES key and its first half, which is the fixed IV (WECHAT.md §2.1). */
function keyOf(aesKey: string): { key: Buffer; iv: Buffer } {
  const key = Buffer.from(`${aesKey}=`, "base64");
  return { key, iv: key.subarray(0, 16) };
}
