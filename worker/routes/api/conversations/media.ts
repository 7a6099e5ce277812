/**
 * Pictures: `POST /media` uploads one to WeChat, `GET /media/:mediaId` downloads one a user sent (WECHAT.md §5.2,
 * §5.3). Nothing is stored here.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import * as v from "valibot";
import {
  ConversationMediaParamSchema,
  isoTime,
  MediaParamSchema,
  UploadedSchema,
} from "../../../../shared/api/schemas.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import type { ChannelTexts } from "../../../channels/channel.ts";
import type { UploadProblem } from "../../../channels/tools.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe, validator } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { invalidField, readBinary, refuseParameter, tooLarge } from "../../http/request/request-body.ts";
import { refuseCall } from "../../http/response/channel-problem.ts";
import { problem } from "../../http/response/problem.ts";
import { requireVisible } from "../desk/desk-caller.ts";

/** Timeout of the upload or download of one picture, milliseconds. */
const MEDIA_TIMEOUT_MS = 20_000;
/** The maximum size of a multipart body in addition to the picture, bytes. */
const MULTIPART_OVERHEAD = 16 * 1024;
/** The number of newest rows in which a picture of a conversation is looked for. */
const ROWS_SEARCHED = 500;
const FIELD = "media";
const IMAGE_TYPES = ["image/png", "image/jpeg", "image/gif"];
const MULTIPART = "multipart/form-data";

/** The multipart body, for the OpenAPI document. */
const UploadFormSchema = v.object({ [FIELD]: v.pipe(v.string(), v.metadata({ format: "binary" })) });

/** The answer with a picture. */
const PICTURE = {
  200: {
    text: {
      zh: "图片；无法识别格式时为 application/octet-stream",
      en: "The picture; application/octet-stream when its format is unknown",
    },
    content: [{ type: "image/*" }, { type: "application/octet-stream" }],
    headers: { "content-type": { zh: "由图片内容判定", en: "determined by the picture's first bytes" } },
  },
} as const;

/** The problems of a download. */
const DOWNLOAD_PROBLEMS = [
  "window_closed",
  "quota_used",
  "media_not_found",
  "invalid_field",
  "channel_refused",
  "channel_unreachable",
  "channel_paused",
] as const;

/** Routes about pictures. */
export const media = new Hono<HttpEnv>();

media.post(
  "/media",
  describe({
    id: "uploadMedia",
    tag: "media",
    access: "conversations.serve",
    summary: { zh: "上传图片，获取 mediaId", en: "Upload a picture and get a mediaId" },
    text: {
      zh: "PNG、JPEG 或 GIF，最大 2 MB；可直接作为请求体，或作为 multipart 的 media 字段。mediaId 三天内有效。",
      en: "PNG, JPEG or GIF, at most 2 MB, as the body itself or as the multipart field media. The id is valid for three days.",
    },
    body: [...IMAGE_TYPES.map((type) => ({ type })), { type: MULTIPART, schema: UploadFormSchema }],
    answers: {
      201: { text: { zh: "已上传", en: "Uploaded" }, content: { type: "application/json", schema: UploadedSchema } },
    },
    problems: [
      "malformed_multipart",
      "window_closed",
      "quota_used",
      "media_not_found",
      "body_too_large",
      "unsupported_media_type",
      "channel_refused",
      "channel_unreachable",
      "channel_paused",
    ],
  }),
  async (c) => {
    const picture = await readPicture(c);
    if (!picture.ok) return picture.error;
    const services = servicesOf(c);
    const { upload } = await services.tools();
    const uploaded = await upload.upload({ type: "image", bytes: picture.value }, Date.now() + MEDIA_TIMEOUT_MS);
    if (!uploaded.ok) return refuseUpload(c, await services.texts(), uploaded.error);
    const { mediaId, expiresAt } = uploaded.value;
    return c.json({ mediaId, expiresAt: isoTime(expiresAt) } satisfies v.InferOutput<typeof UploadedSchema>, 201);
  },
);

media.get(
  "/media/:mediaId",
  describe({
    id: "downloadMedia",
    tag: "media",
    access: "api",
    summary: { zh: "下载用户发来的图片", en: "Download a picture that a user sent" },
    answers: PICTURE,
    problems: DOWNLOAD_PROBLEMS,
  }),
  validator("param", MediaParamSchema, refuseParameter),
  (c) => download(c, c.req.valid("param").mediaId),
);

media.get(
  "/conversations/:id/media/:mediaId",
  describe({
    id: "downloadConversationMedia",
    tag: "media",
    access: "conversations.see",
    summary: { zh: "下载一个对话里的图片", en: "Download a picture of a conversation" },
    text: {
      zh: "须在这个对话最新的 500 行记录里；供登录的客服使用，只限其可见的对话。",
      en: "It must be in the newest 500 rows of the conversation; for signed-in agents, who may see only some conversations.",
    },
    answers: PICTURE,
    problems: ["account_required", "forbidden", "conversation_not_found", ...DOWNLOAD_PROBLEMS],
  }),
  validator("param", ConversationMediaParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const { mediaId } = c.req.valid("param");
    const conversation = findConversation(servicesOf(c), conversationOf(c).address);
    const page = await conversation.rowsBefore(Number.MAX_SAFE_INTEGER, ROWS_SEARCHED);
    if (page === null) return problem(c, "conversation_not_found", {});
    const isShown = page.rows.some(({ content }) => content !== null && hasMedia(content, mediaId));
    return isShown ? download(c, mediaId) : invalidField(c, "mediaId", "is not in the conversation's newest rows");
  },
);

async function download(c: Context<HttpEnv>, mediaId: string): Promise<Response> {
  const services = servicesOf(c);
  const tools = await services.tools();
  const downloaded = await tools.download.download(mediaId, Date.now() + MEDIA_TIMEOUT_MS);
  if (!downloaded.ok) return refuseCall(c, await services.texts(), downloaded.error);
  const { bytes, contentType } = downloaded.value;
  return c.body(bytes, 200, { "content-type": contentType, "content-disposition": "inline" });
}

function hasMedia(content: object, mediaId: string): boolean {
  return "mediaId" in content && content.mediaId === mediaId;
}

/** Reads the picture's bytes, from the body itself or from the multipart field. */
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
    const file: unknown = form.get(FIELD);
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
