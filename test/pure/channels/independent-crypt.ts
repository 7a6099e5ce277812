/**
 * A second implementation of WeChat's signature and encryption, with node:crypto and from the specification only
 * (WECHAT.md §2.1). The tests use it to create pushes and to decrypt replies, so that the same mistake in the worker's
 * code does not go unnoticed.
 */
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";

/** A made-up app's secrets. */
export const APP = {
  appid: "wx0123456789abcdef",
  token: "TokenOfTheTests",
  previousToken: "TokenOfLastMonth",
  aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
  previousAesKey: "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
} as const;

/** SHA-1 over the sorted parts. */
export function sha1(...parts: string[]): string {
  return createHash("sha1").update(parts.sort().join("")).digest("hex");
}

/** Lays a message out and encrypts it; `text` may be bytes, to create invalid UTF-8. */
export function encrypt(
  aesKey: string,
  text: string | Uint8Array,
  receiveId: string,
  random = "0123456789abcdef",
): string {
  const message = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return encryptLayout(aesKey, Buffer.concat([Buffer.from(random), length, message, Buffer.from(receiveId)]));
}

/** Pads a layout to 32 bytes and encrypts it. */
export function encryptLayout(aesKey: string, layout: Buffer): string {
  const pad = 32 - (layout.length % 32);
  return encryptBlocks(aesKey, Buffer.concat([layout, Buffer.alloc(pad, pad)]));
}

/** Encrypts whole blocks as they are, whatever their padding. */
export function encryptBlocks(aesKey: string, blocks: Buffer): string {
  const key = Buffer.from(`${aesKey}=`, "base64");
  const cipher = createCipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(blocks), cipher.final()]).toString("base64");
}

/** Opens a message; throws when it is not well-formed. */
export function decrypt(aesKey: string, encrypted: string): { text: string; receiveId: string; pad: number } {
  const key = Buffer.from(`${aesKey}=`, "base64");
  const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16)).setAutoPadding(false);
  const plain = Buffer.concat([decipher.update(encrypted, "base64"), decipher.final()]);
  const pad = plain.at(-1) ?? 0;
  const end = 20 + plain.readUInt32BE(16);
  return {
    text: plain.subarray(20, end).toString("utf8"),
    receiveId: plain.subarray(end, plain.length - pad).toString("utf8"),
    pad,
  };
}
