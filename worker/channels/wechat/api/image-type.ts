/** Detects the type of a picture by its first bytes, because a file name or a Content-Type may be wrong. */

/** A picture format: its MIME type and usual file ending. */
export interface ImageType {
  readonly contentType: string;
  readonly extension: string;
  /** Whether WeChat accepts it as an upload (WECHAT.md §5.2: PNG, JPEG, GIF). */
  readonly uploadable: boolean;
}

const FORMATS: readonly { readonly type: ImageType; readonly magic: readonly (number | undefined)[] }[] = [
  {
    type: { contentType: "image/png", extension: "png", uploadable: true },
    magic: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  },
  { type: { contentType: "image/jpeg", extension: "jpg", uploadable: true }, magic: [0xff, 0xd8, 0xff] },
  { type: { contentType: "image/gif", extension: "gif", uploadable: true }, magic: letters("GIF87a") },
  { type: { contentType: "image/gif", extension: "gif", uploadable: true }, magic: letters("GIF89a") },
  {
    type: { contentType: "image/webp", extension: "webp", uploadable: false },
    magic: [...letters("RIFF"), undefined, undefined, undefined, undefined, ...letters("WEBP")],
  },
  { type: { contentType: "image/bmp", extension: "bmp", uploadable: false }, magic: letters("BM") },
];

/** Returns the format of a picture; undefined when it is not a known one. */
export function detectImageType(bytes: Uint8Array): ImageType | undefined {
  return FORMATS.find(({ magic }) =>
    magic.every((byte, index) => index < bytes.length && (byte === undefined || byte === bytes[index])),
  )?.type;
}

function letters(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}
