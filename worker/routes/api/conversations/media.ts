/**
 * Pictures for holders of an API key: `POST /media` uploads one to WeChat, `GET /media/:mediaId` downloads one a user sent
 * (WECHAT.md §5.2, §5.3). Nothing is stored here. For the pictures of one conversation see `conversation-media.ts`.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { UploadedSchema } from "../../../../shared/api/schemas.ts";
import { isoTime, MediaParamSchema } from "../../../../shared/api/schemas.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import type { ChannelTexts } from "../../../channels/channel.ts";
import type { UploadProblem } from "../../../channels/tools.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { readBinary, refuseParameter, tooLarge } from "../../http/request/request-body.ts";
import { refuseCall } from "../../http/response/channel-problem.ts";
import { problem } from "../../http/response/problem.ts";

/** Timeout of the upload or download of one picture, milliseconds. */
const MEDIA_TIMEOUT_MS = 20_000;
/** The maximum size of a multipart body in addition to the picture, bytes. */
export const MULTIPART_OVERHEAD = 16 * 1024;
export const MEDIA_FIELD = "media";
export const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif"];
export const MULTIPART = "multipart/form-data";

/** Routes about pictures. */
export const media = new Hono<HttpEnv>();

media.post("/media", operation("uploadMedia", "api"), (c) => uploadPicture(c));

media.get(
  "/media/:mediaId",
  operation("downloadMedia", "api"),
  validator("param", MediaParamSchema, refuseParameter),
  (c) => downloadPicture(c, c.req.valid("param").mediaId),
);

/** Uploads the picture in the body; returns the response with its media id, or a problem. */
export async function uploadPicture(c: Context<HttpEnv>): Promise<Response> {
  const picture = await readPicture(c);
  if (!picture.ok) return picture.error;
  const services = servicesOf(c);
  const tools = await services.tools();
  const uploaded = await tools.upload.upload({ type: "image", bytes: picture.value }, Date.now() + MEDIA_TIMEOUT_MS);
  if (!uploaded.ok) return refuseUpload(c, await services.texts(), uploaded.error);
  const { mediaId, expiresAt } = uploaded.value;
  return c.json({ mediaId, expiresAt: isoTime(expiresAt) } satisfies v.InferOutput<typeof UploadedSchema>, 201);
}

/** Downloads a picture from WeChat; returns the response with the picture, or a problem. */
export async function downloadPicture(
  c: Context<HttpEnv>,
  mediaId: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const services = servicesOf(c);
  const tools = await services.tools();
  const downloaded = await tools.download.download(mediaId, Date.now() + MEDIA_TIMEOUT_MS);
  if (!downloaded.ok) return refuseCall(c, await services.texts(), downloaded.error);
  const { bytes, contentType } = downloaded.value;
  return c.body(bytes, 200, { ...headers, "content-type": contentType, "content-disposition": "inline" });
}

/**
 * Reads the picture's bytes, from the body itself or from the multipart field; or returns the response that refuses the
 * request.
 */
async function readPicture(c: Context<HttpEnv>): Promise<Result<Uint8Array<ArrayBuffer>, Response>> {
  const contentType = c.req.header("content-type") ?? "";
  const [type = ""] = contentType.toLowerCase().split(";", 1);
  const isMultipart = type.trim() === MULTIPART;
  if (!isMultipart && !IMAGE_TYPES.includes(type.trim())) return err(unsupported(c));
  const body = await readBinary(c, servicesOf(c).rules.imageBytes + (isMultipart ? MULTIPART_OVERHEAD : 0));
  if (!body.ok || !isMultipart) return body;
  const file = await readFile(body.value, contentType);
  return file === undefined ? err(problem(c, "malformed_multipart", {})) : ok(file);
}

/** Reads the file in the field `media`; undefined when the body has no such file or is not multipart. */
async function readFile(
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const form = await new Response(body, { headers: { "content-type": contentType } }).formData();
    const file: unknown = form.get(MEDIA_FIELD);
    return file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : undefined;
  } catch (error) {
    // The parser throws a TypeError when the body does not match its content type.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function refuseUpload(c: Context<HttpEnv>, texts: ChannelTexts, refusal: UploadProblem): Response {
  switch (refusal.result) {
    case "unsupported_type":
      return unsupported(c);
    case "too_large":
      return tooLarge(c, refusal.limit);
    default:
      return refuseCall(c, texts, refusal);
  }
}

function unsupported(c: Context<HttpEnv>): Response {
  return problem(c, "unsupported_media_type", { accepted: [...IMAGE_TYPES, MULTIPART] });
}
