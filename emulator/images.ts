/**
 * The picture formats that temporary media may have (WECHAT.md §5.2), detected by their first bytes, and the small PNG
 * an emulated user sends by default.
 */
import { Buffer } from "node:buffer";

/** A MIME type that media/upload accepts. */
export type ImageType = "image/png" | "image/jpeg" | "image/gif";

const MAGIC: readonly (readonly [ImageType, readonly number[]])[] = [
  ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/gif", [0x47, 0x49, 0x46, 0x38]],
];

/** One transparent pixel. */
export const SMALL_PNG = fromBase64(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
);

/** Detects the type by magic bytes. @returns null for any other format */
export function imageType(bytes: Uint8Array): ImageType | null {
  return MAGIC.find(([, magic]) => magic.every((byte, index) => bytes[index] === byte))?.[0] ?? null;
}

/** Decodes base64 to bytes in their own buffer. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64"));
}
