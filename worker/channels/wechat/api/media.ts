/**
 * Handles temporary media: uploads a picture, which gets a media id for image messages and card covers, and downloads a
 * user's picture (WECHAT.md §5.2, §5.3).
 */
import { Buffer } from "node:buffer";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import type { DownloadedMedia, MediaDownload, MediaUpload, UploadedMedia } from "../../tools.ts";
import { callApi, type ApiDeps } from "./call-api.ts";
import { detectImageType, type ImageType } from "./image-type.ts";
import { parseAnswer, readAnswer, readCapped, type BadResponse, type JsonObject, type Refusal } from "./response.ts";

const UPLOAD_PATH = "/cgi-bin/media/upload";
const DOWNLOAD_PATH = "/cgi-bin/media/get";
const OPEN_BRACE = 0x7b;

/**
 * Creates the upload of pictures: PNG, JPEG and GIF.
 *
 * @param maxBytes the maximum size of one picture, bytes
 * @param lifetimeMs how long the id is valid, milliseconds; after that WeChat answers 40007
 */
export function createUpload(api: ApiDeps, maxBytes: number, lifetimeMs: number): MediaUpload {
  return {
    async upload({ type, bytes }, deadline) {
      const format = type === "image" ? detectImageType(bytes) : undefined;
      if (format?.uploadable !== true) return err({ result: "unsupported_type" });
      const actual = bytes.length;
      if (actual > maxBytes) return err({ result: "too_large", limit: maxBytes, actual });
      const multipart = await buildMultipart(bytes, format);
      const request = {
        method: "POST",
        path: UPLOAD_PATH,
        query: { type },
        ...multipart,
        deadline,
        use: "call",
      } as const;
      return callApi(api, request, async (response) => {
        const answer = await readAnswer(response);
        return answer.ok ? toUploadedMedia(answer.value, api.now(), lifetimeMs) : answer;
      });
    },
  };
}

/**
 * Creates the download of pictures. Fails with 40007 when the picture no longer exists, and with `bad_response` when
 * the answer is not a picture or is larger than `maxBytes`.
 */
export function createDownload(api: ApiDeps, maxBytes: number): MediaDownload {
  return {
    download(mediaId, deadline) {
      const query = { media_id: mediaId };
      const request = { method: "GET", path: DOWNLOAD_PATH, query, deadline, use: "call" } as const;
      return callApi(api, request, (response) => readMedia(response, maxBytes));
    },
  };
}

/**
 * Builds a multipart body as bytes, with one part named `media` with file name and type (a part without a file name is
 * refused with 41005). A body of known length is not sent chunked, which WeChat has been seen to refuse (WECHAT.md
 * §5.2).
 */
async function buildMultipart(
  bytes: Uint8Array<ArrayBuffer>,
  type: ImageType,
): Promise<{ body: Uint8Array<ArrayBuffer>; contentType: string }> {
  // The boundary is a hash of the content, so it cannot occur in the content.
  const digest = Buffer.from(await crypto.subtle.digest("SHA-256", bytes));
  const boundary = `edge-kefu-${digest.toString("hex", 0, 16)}`;
  const encoder = new TextEncoder();
  const head = encoder.encode(
    `--${boundary}\r\ncontent-disposition: form-data; name="media"; filename="image.${type.extension}"\r\n` +
      `content-type: ${type.contentType}\r\n\r\n`,
  );
  const tail = encoder.encode(`\r\n--${boundary}--\r\n`);
  const body = new Uint8Array(head.length + bytes.length + tail.length);
  body.set(head, 0);
  body.set(bytes, head.length);
  body.set(tail, head.length + bytes.length);
  return { body, contentType: `multipart/form-data; boundary=${boundary}` };
}

function toUploadedMedia(answer: JsonObject, now: number, lifetimeMs: number): Result<UploadedMedia, BadResponse> {
  const mediaId = answer["media_id"];
  if (typeof mediaId !== "string" || mediaId === "") return err({ reason: "bad_response" });
  const seconds = Number(answer["created_at"]);
  const createdAt = Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : now;
  return ok({ mediaId, createdAt, expiresAt: createdAt + lifetimeMs });
}

/**
 * Reads the answer of a download. A body of an unknown format is accepted when its Content-Type is that of a picture.
 * WECHAT.md §5.3: an error is JSON with HTTP 200. No picture format begins with a brace.
 */
async function readMedia(
  response: Response,
  maxBytes: number,
): Promise<Result<DownloadedMedia, Refusal | BadResponse>> {
  const bytes = await readCapped(response, maxBytes);
  if (bytes === undefined) return err({ reason: "bad_response" });
  if (bytes[0] === OPEN_BRACE) {
    const answer = parseAnswer(bytes, response.ok);
    // A successful answer in JSON is a video's address; mini programs have no videos.
    return answer.ok ? err({ reason: "bad_response" }) : answer;
  }
  const isImage = response.ok && bytes.length > 0 && (response.headers.get("content-type") ?? "").startsWith("image/");
  const type = response.ok ? detectImageType(bytes) : undefined;
  if (type === undefined && !isImage) return err({ reason: "bad_response" });
  return ok({ bytes, contentType: type?.contentType ?? "application/octet-stream" });
}
