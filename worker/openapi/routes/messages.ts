/** What the API document contains about the routes for messages. */
import { SendBodySchema, AcceptedSchema, MessageSchema } from "../../../shared/api/schemas.ts";
import type { RouteDocs } from "../route-docs.ts";

/** The descriptions of these routes, by operation id. */
export const MESSAGES: RouteDocs = {
  sendMessage: {
    tag: "messages",
    summary: { zh: "给用户发一条消息", en: "Send a user a message" },
    text: {
      zh: "先入库再应答，随后按顺序发送到微信。文本过长会自动拆分为最多 5 段。用同一个 Idempotency-Key 重试不会重复发送。带上 log 时，对话删除后的重试不会再发送，而是返回 410 gone。",
      en: "Stored, acknowledged, then sent to WeChat in order. A long text is split into at most 5 parts. A retry with the same Idempotency-Key never sends twice. With log, a retry after the conversation was erased sends nothing and returns 410 gone.",
    },
    body: [
      { type: "application/json", schema: SendBodySchema, example: { type: "text", content: "您好，已为您发货。" } },
    ],
    answers: {
      202: {
        text: {
          zh: "已接收；重试时返回首次的消息及其当前状态",
          en: "Accepted; for a repeat, the first message with its current status",
        },
        content: { type: "application/json", schema: AcceptedSchema },
      },
    },
    problems: [
      "malformed_json",
      "idempotency_key_required",
      "account_required",
      "conversation_not_found",
      "window_closed",
      "quota_used",
      "hold_full",
      "gone",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
      "too_long",
      "unsplittable",
      "idempotency_mismatch",
    ],
  },
  getMessage: {
    tag: "messages",
    summary: { zh: "查询一条消息的状态", en: "The status of a message" },
    answers: {
      200: {
        text: { zh: "消息状态", en: "The message" },
        content: { type: "application/json", schema: MessageSchema },
      },
    },
    problems: ["message_not_found"],
  },
  withdrawMessage: {
    tag: "messages",
    summary: { zh: "取消一条暂存的消息", en: "Withdraw a held message" },
    text: {
      zh: "只能取消还在等用户下一条消息的（held）；已发送或正在发送的为 409 not_held。登录的客服只能取消客服写的消息，并且须有权结束该会话。重试结果相同。",
      en: "Only while it waits for the user's next message (held); one that was sent or is being sent is 409 not_held. A signed-in agent must have the right to close the session, and withdraws messages of agents only. A repeat has the same result.",
    },
    answers: { 204: { text: { zh: "已取消，不会发送", en: "Withdrawn; it will not be sent" } } },
    problems: ["message_not_found", "not_held", "forbidden"],
  },
};
