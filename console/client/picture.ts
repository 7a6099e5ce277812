/**
 * Prepares a chosen picture for sending: redraws it, which removes the place and camera data, converts it to a type that
 * WeChat accepts, and makes it small enough. A GIF is sent unchanged, because it may be animated.
 */
import { MAX_PICTURE_BYTES } from "../model/quota.ts";

/** Why a file cannot be sent as a picture. */
export type PictureProblem = "unreadable" | "too_big";

/** The longest side of a redrawn picture, pixels; smaller sizes are tried until the file is small enough. */
const SIDES = [2_048, 1_600, 1_200, 800] as const;
const QUALITY = 0.86;

/** The first bytes of a PNG and of a GIF; any other picture that the browser can draw becomes a JPEG. */
const PNG = [0x89, 0x50, 0x4e, 0x47];
const GIF = [0x47, 0x49, 0x46, 0x38];

/**
 * Returns the picture to send, or why the file cannot be sent. The type is read from the file's bytes, not from its
 * name.
 */
export async function preparePicture(file: Blob): Promise<Blob | PictureProblem> {
  const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const begins = (bytes: readonly number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  const type = begins(PNG) ? "image/png" : "image/jpeg";
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    return "unreadable";
  }
  try {
    if (begins(GIF)) return file.size <= MAX_PICTURE_BYTES ? new Blob([file], { type: "image/gif" }) : "too_big";
    for (const side of SIDES) {
      // A PNG may be transparent or a screenshot, which JPEG would degrade; only a large one is converted to JPEG.
      const drawn = await draw(bitmap, side, side === SIDES[0] ? type : "image/jpeg");
      if (drawn !== null && drawn.size <= MAX_PICTURE_BYTES) return drawn;
    }
    return "too_big";
  } finally {
    bitmap.close();
  }
}

function draw(bitmap: ImageBitmap, side: number, type: string): Promise<Blob | null> {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  if (pen === null) return Promise.resolve(null);
  if (type === "image/jpeg") {
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
  }
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, type, QUALITY));
}
