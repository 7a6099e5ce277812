/** What the API document contains about the routes for conversations, their rows and their pictures. */
import * as v from "valibot";
import { UnmaskBodySchema, UnmaskedSchema } from "../../../shared/api/desk/unmask.ts";
import { ExportLineSchema } from "../../../shared/api/export.ts";
import { ConversationSchema, PageSchema } from "../../../shared/api/rows.ts";
import { UploadedSchema, TypingBodySchema } from "../../../shared/api/schemas.ts";
import { MEDIA_FIELD, IMAGE_TYPES, MULTIPART } from "../../routes/api/conversations/media.ts";
import type { RouteDocs } from "../route-docs.ts";

/** The multipart body, for the OpenAPI document. */
const UploadFormSchema = v.object({ [MEDIA_FIELD]: v.pipe(v.string(), v.metadata({ format: "binary" })) });

/** The answer of a route that returns a picture. */
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

/** The common part of the upload routes. */
const UPLOAD = {
  tag: "media",
  body: [...IMAGE_TYPES.map((type) => ({ type })), { type: MULTIPART, schema: UploadFormSchema }],
  answers: {
    201: { text: { zh: "已上传", en: "Uploaded" }, content: { type: "application/json", schema: UploadedSchema } },
  },
} as const;

/** The problems of an upload. */
const UPLOAD_PROBLEMS = [
  "malformed_multipart",
  "window_closed",
  "quota_used",
  "media_not_found",
  "body_too_large",
  "unsupported_media_type",
  "channel_refused",
  "channel_unreachable",
  "channel_paused",
] as const;

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

/** The descriptions of these routes, by operation id. */
export const CONVERSATIONS: RouteDocs = {
  getConversation: {
    tag: "conversations",
    summary: { zh: "查看对话", en: "A conversation" },
    answers: {
      200: {
        text: { zh: "回复窗口、来源与最新的记录", en: "Window, context and newest rows" },
        content: { type: "application/json", schema: ConversationSchema },
      },
    },
    problems: ["account_required", "conversation_not_found", "invalid_field"],
  },
  listRows: {
    tag: "conversations",
    summary: { zh: "读取记录（历史与每个变化）", en: "The log: history and every change" },
    text: {
      zh: "按 seq 升序。保存 next 与 log，下次作为 after 与 log 传入，即可得到之后的所有变化；对话删除后返回 410 gone。从最新的开始向前读取用 before。客服得到的文本已脱敏，且没有 fields。",
      en: "In ascending order of seq. Store next and log and pass them as after and log to get every later change; 410 gone after the conversation was erased. Use before to read backwards from the newest row. For agents texts are masked and rows have no fields.",
    },
    answers: {
      200: {
        text: { zh: "一页记录", en: "A page of rows" },
        content: { type: "application/json", schema: PageSchema },
      },
    },
    problems: ["account_required", "forbidden", "conversation_not_found", "gone", "invalid_field"],
  },
  exportConversation: {
    tag: "conversations",
    summary: { zh: "导出对话", en: "Export a conversation" },
    text: {
      zh: "先返回涉及该用户的事件与隔离的推送，然后是对话的全部记录，均由旧到新。",
      en: "First the events and quarantined pushes that name the user, then all rows of the conversation, each oldest first.",
    },
    answers: {
      200: {
        text: { zh: "全部内容，每行一个 JSON", en: "All data, one JSON object per line" },
        content: { type: "application/x-ndjson", schema: ExportLineSchema },
        headers: { "content-disposition": { zh: "attachment", en: "attachment" } },
      },
    },
    problems: ["account_required", "conversation_not_found", "invalid_field", "audit_unavailable"],
  },
  eraseConversation: {
    tag: "conversations",
    summary: { zh: "删除对话", en: "Erase a conversation" },
    text: {
      zh: "立即删除该用户的全部记录，并清空涉及该用户的事件与隔离的推送。可重复调用：未收到 204 时请再次调用；用对话 id 再次调用返回 404，带 log 返回 410，均说明已经删除。",
      en: "Deletes all data of the user at once, and empties the events and quarantined pushes that name the user. Idempotent: if no 204 arrived, call it again; 404 for a conversation id, or 410 with log, means that the data is already deleted.",
    },
    answers: { 204: { text: { zh: "已删除", en: "All data is deleted" } } },
    problems: ["account_required", "conversation_not_found", "gone", "invalid_field", "audit_unavailable"],
  },
  uploadMedia: {
    ...UPLOAD,
    summary: { zh: "上传图片，获取 mediaId", en: "Upload a picture and get a mediaId" },
    text: {
      zh: "PNG、JPEG 或 GIF，最大 2 MB，按文件头判定；可直接作为请求体，或作为 multipart 的 media 字段。mediaId 三天内有效。",
      en: "PNG, JPEG or GIF by its first bytes, at most 2 MB, as the body itself or as the multipart field media. The id is valid for three days.",
    },
    problems: UPLOAD_PROBLEMS,
  },
  downloadMedia: {
    tag: "media",
    summary: { zh: "下载用户发来的图片", en: "Download a picture that a user sent" },
    answers: PICTURE,
    problems: DOWNLOAD_PROBLEMS,
  },
  unmaskRow: {
    tag: "desk",
    summary: { zh: "查看一行原文", en: "Show one row in clear" },
    text: {
      zh: "返回一行记录，个人信息不脱敏。须写明原因：先记入审计日志，记不进去就不返回。",
      en: "Returns one row with its personal data as it was written. The reason is recorded in the audit log first; what cannot be recorded is not returned.",
    },
    body: [{ type: "application/json", schema: UnmaskBodySchema }],
    answers: {
      200: {
        text: { zh: "这一行，未脱敏", en: "The row in clear" },
        content: { type: "application/json", schema: UnmaskedSchema },
      },
    },
    problems: [
      "malformed_json",
      "account_required",
      "agent_required",
      "forbidden",
      "conversation_not_found",
      "message_not_found",
      "gone",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
      "audit_unavailable",
    ],
  },
  uploadConversationMedia: {
    ...UPLOAD,
    summary: { zh: "为回复上传图片", en: "Upload a picture for a reply" },
    text: {
      zh: "与 POST /media 相同，供登录的客服使用：须可回复这个对话。随后用 mediaId 调用 replies；重试回复时沿用同一个 mediaId。",
      en: "Like POST /media, for signed-in agents who may reply to the conversation. Then call replies with the mediaId; a retry of the reply uses the same mediaId.",
    },
    problems: [
      "account_required",
      "agent_required",
      "forbidden",
      "conversation_not_found",
      "invalid_field",
      "not_present",
      "desk_off",
      ...UPLOAD_PROBLEMS,
    ],
  },
  downloadConversationMedia: {
    tag: "media",
    summary: { zh: "下载一个对话里的图片", en: "Download a picture of a conversation" },
    text: {
      zh: "须在这个对话最新的 500 行记录里；供登录的客服使用，只限其可见的对话。",
      en: "The picture must be in the newest 500 rows of the conversation. A signed-in agent gets pictures only of conversations that the agent may see.",
    },
    answers: PICTURE,
    problems: ["account_required", "forbidden", "conversation_not_found", ...DOWNLOAD_PROBLEMS],
  },
  setTyping: {
    tag: "conversations",
    summary: { zh: "显示或取消“对方正在输入”", en: "Show or hide the typing indicator" },
    text: {
      zh: "显示 15 秒；只在 30 秒内有消息往来时有效；发送任何消息后消失。",
      en: "Shown for 15 seconds; works only within 30 seconds after a message; sending any message ends it.",
    },
    body: [{ type: "application/json", schema: TypingBodySchema, example: { on: true } }],
    answers: { 204: { text: { zh: "微信已接受", en: "WeChat accepted it" } } },
    problems: [
      "malformed_json",
      "account_required",
      "conversation_not_found",
      "window_closed",
      "quota_used",
      "no_recent_message",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
      "channel_refused",
      "channel_unreachable",
      "channel_paused",
    ],
  },
};
