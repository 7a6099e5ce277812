/** `/cgi-bin/media/upload` and `/cgi-bin/media/get`: pictures, stored for three days (WECHAT.md §5.2, §5.3). */
import { callerOf, type ApiCall, type ApiOutcome } from "./api-call.ts";
import type { ApiError } from "./errcode.ts";
import { imageType } from "./images.ts";
import { keepMedia } from "./push-content.ts";
import type { Media, World } from "./world.ts";

const LIFETIME_MS = 3 * 24 * 3_600_000;
// The size limits of a picture, bytes. WeChat's page states both 2 MB and 10 MB; above 2 MB the errcode for images is
// returned, above 10 MB the errcode for all media.
const IMAGE_BYTES = 2 * 1024 * 1024;
const MEDIA_BYTES = 10 * 1024 * 1024;

/** Handles `POST ?type=image` with a multipart file `media`: stores the picture, or returns the errcode. */
export async function uploadMedia(world: World, call: ApiCall): Promise<ApiOutcome> {
  if (call.method !== "POST") return { errcode: 43002 };
  const caller = callerOf(world, call);
  if ("errcode" in caller) return caller;
  if (call.url.searchParams.get("type") !== "image") return { errcode: 40004 };
  const bytes = await readMediaPart(call);
  if ("errcode" in bytes) return bytes;
  const errcode = pictureProblem(bytes);
  if (errcode !== null) return { errcode };
  const mediaId = keepMedia(world, caller.appid, bytes);
  return { json: { type: "image", media_id: mediaId, created_at: Math.floor(world.now() / 1000) } };
}

/** Handles `GET ?media_id=`: returns the bytes; 40007 when the app has no such picture or it has expired. */
export function downloadMedia(world: World, call: ApiCall): ApiOutcome {
  if (call.method !== "GET") return { errcode: 43001 };
  const caller = callerOf(world, call);
  if ("errcode" in caller) return caller;
  const mediaId = call.url.searchParams.get("media_id") ?? "";
  const media = usableMedia(world, caller.appid, mediaId);
  return media === null ? { errcode: 40007 } : { media, name: mediaId };
}

/** Returns a picture of the app that has not expired; otherwise null. */
export function usableMedia(world: World, appid: string, mediaId: string): Media | null {
  const media = world.records.media.get(mediaId);
  if (media === undefined || media.appid !== appid) return null;
  return world.now() < media.createdAt + LIFETIME_MS ? media : null;
}

function pictureProblem(bytes: Uint8Array): number | null {
  if (bytes.length === 0) return 44001;
  if (bytes.length > MEDIA_BYTES) return 45001;
  if (bytes.length > IMAGE_BYTES) return 40009;
  return imageType(bytes) === null ? 40005 : null;
}

/** Reads the file in the part `media`; 41005 when the part is missing or has no filename. */
async function readMediaPart(call: ApiCall): Promise<Uint8Array<ArrayBuffer> | ApiError> {
  const form = await readForm(call);
  const part = form?.get("media") ?? null;
  if (part === null || typeof part === "string" || part.name === "") return { errcode: 41005 };
  return new Uint8Array(await part.arrayBuffer());
}

async function readForm(call: ApiCall): Promise<FormData | null> {
  try {
    return await new Response(call.body, { headers: { "content-type": call.contentType } }).formData();
  } catch {
    return null; // the body is not multipart or is malformed, so it has no media part
  }
}
