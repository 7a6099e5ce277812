/**
 * Temporary media: uploads a picture (it gets a media id for image messages and card covers) and downloads a user's
 * picture (WECHAT.md §5.2, §5.3).
 */
import { Buffer } from "node:buffer";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { MINI_PROGRAM_RULES } from "../../../../shared/message/channel-rules.ts";
import { callApi, type ApiDeps, type ApiFailure } from "./call-api.ts";
import { detectImageType, type ImageType } from "./image-type.ts";
import { parseAnswer, readAnswer, readCapped, type BadResponse, type JsonObject, type Refusal } from "./response.ts";

/** A picture WeChat has accepted. Times in epoch ms. */
export interface UploadedImage {
  readonly mediaId: string;
  readonly createdAt: number;
  /** After this time WeChat answers 40007 for the id. */
  readonly expiresAt: number;
}

/** Why a picture was not uploaded. */
export type UploadProblem =
  /** Not PNG, JPEG or GIF by its first bytes. */
  | { readonly reason: "unsupported_type" }
  /** Sizes in bytes. */
  | { readonly reason: "too_large"; readonly limit: number; readonly actual: number }
  | ApiFailure;

/** A picture from WeChat. */
export interface DownloadedMedia {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /**
   * By the first bytes; `application/octet-stream` for an unknown picture format: never a type that a browser executes.
   */
  readonly contentType: string;
}

/** The largest picture fetched from WeChat, bytes: the larger of the two readings in WECHAT.md §5.2. */
export const MAX_DOWNLOAD_BYTES = 10 * 1024 * 1024;

const UPLOAD_PATH = "/cgi-bin/media/upload";
const DOWNLOAD_PATH = "/cgi-bin/media/get";
const MEDIA_TIMEOUT_MS = 20_000;
const OPEN_BRACE = 0x7b;

/**
 * Uploads a picture. Type and size are checked before a request leaves.
 *
 * @param bytes PNG, JPEG or GIF, at most `MINI_PROGRAM_RULES.imageBytes`
 */
export async function uploadImage(
  deps: ApiDeps,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<UploadedImage, UploadProblem>> {
  const type = detectImageType(bytes);
  if (type?.uploadable !== true) return err({ reason: "unsupported_type" });
  const limit = MINI_PROGRAM_RULES.imageBytes;
  if (bytes.length > limit) return err({ reason: "too_large", limit, actual: bytes.length });
  const { body, contentType } = await buildMultipart(bytes, type);
  return callApi(
    deps,
    {
      method: "POST",
      path: UPLOAD_PATH,
      query: { type: "image" },
      contentType,
      body,
      deadline: deps.now() + MEDIA_TIMEOUT_MS,
      use: "call",
    },
    async (response) => {
      const answer = await readAnswer(response);
      return answer.ok ? toUploadedImage(answer.value, deps.now()) : answer;
    },
  );
}

/**
 * Fetches a picture a user sent.
 *
 * @param mediaId from the push; works for three days
 * @returns the picture; `refused` with 40007 when it no longer exists; `bad_response` when it is not a picture or
 *   larger than `MAX_DOWNLOAD_BYTES`
 */
export async function downloadMedia(deps: ApiDeps, mediaId: string): Promise<Result<DownloadedMedia, ApiFailure>> {
  return callApi(
    deps,
    {
      method: "GET",
      path: DOWNLOAD_PATH,
      query: { media_id: mediaId },
      deadline: deps.now() + MEDIA_TIMEOUT_MS,
      use: "call",
    },
    readMedia,
  );
}

/**
 * One part named `media` with file name and type (a part without file name is refused with 41005), written out as
 * bytes: a body of known length is not sent chunked, which WeChat has been seen to refuse (WECHAT.md §5.2).
 */
async function buildMultipart(
  bytes: Uint8Array<ArrayBuffer>,
  type: ImageType,
): Promise<{ body: Uint8Array<ArrayBuffer>; contentType: string }> {
  // The boundary is a hash of the content, so the content cannot contain it.
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

function toUploadedImage(answer: JsonObject, now: number): Result<UploadedImage, BadResponse> {
  const mediaId = answer["media_id"];
  if (typeof mediaId !== "string" || mediaId === "") return err({ reason: "bad_response" });
  const seconds = Number(answer["created_at"]);
  const createdAt = Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1000 : now;
  return ok({ mediaId, createdAt, expiresAt: createdAt + MINI_PROGRAM_RULES.mediaLifetimeMs });
}

/** WECHAT.md §5.3: an error is JSON with HTTP 200. No picture format begins with a brace. */
async function readMedia(response: Response): Promise<Result<DownloadedMedia, Refusal | BadResponse>> {
  const bytes = await readCapped(response, MAX_DOWNLOAD_BYTES);
  if (bytes === undefined) return err({ reason: "bad_response" });
  if (bytes[0] === OPEN_BRACE) {
    const answer = parseAnswer(bytes, response.ok);
    // A success in JSON is a video's address; mini programs have none.
    return answer.ok ? err({ reason: "bad_response" }) : answer;
  }
  const isImage = response.ok && bytes.length > 0 && (response.headers.get("content-type") ?? "").startsWith("image/");
  const type = response.ok ? detectImageType(bytes) : undefined;
  if (type === undefined && !isImage) return err({ reason: "bad_response" });
  return ok({ bytes, contentType: type?.contentType ?? "application/octet-stream" });
}
