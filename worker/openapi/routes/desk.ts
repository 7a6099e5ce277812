/** What the API document contains about the routes for lists, reading and writing of agents, and the desk's socket. */
import { PresenceBodySchema, AgentSchema } from "../../../shared/api/desk/agent.ts";
import {
  SeenBodySchema,
  SavedDraftSchema,
  DraftBodySchema,
  ReplyBodySchema,
  NoteBodySchema,
  NotedSchema,
  RebuildBodySchema,
  RebuiltSchema,
} from "../../../shared/api/desk/commands.ts";
import { ListSchema } from "../../../shared/api/desk/lists.ts";
import { AcceptedSchema } from "../../../shared/api/schemas.ts";
import type { RouteDocs } from "../route-docs.ts";

const BODY = ["malformed_json", "body_too_large", "unsupported_media_type", "invalid_field", "desk_off"] as const;

const OF_CONVERSATION = ["account_required", "agent_required", "forbidden", "conversation_not_found"] as const;

const PROBLEMS = [
  "malformed_json",
  "idempotency_key_required",
  "account_required",
  "forbidden",
  "conversation_not_found",
  "gone",
  "body_too_large",
  "unsupported_media_type",
  "invalid_field",
  "idempotency_mismatch",
  "desk_off",
] as const;

/** The descriptions of these routes, by operation id. */
export const DESK: RouteDocs = {
  markSeen: {
    tag: "desk",
    summary: { zh: "标为已读", en: "Mark as seen" },
    text: {
      zh: "只有接待的客服的已读有效；其他客服调用时什么也不做。",
      en: "Has an effect only for the agent who serves the session; does nothing for other agents.",
    },
    body: [{ type: "application/json", schema: SeenBodySchema }],
    answers: { 204: { text: { zh: "已记录", en: "Recorded" } } },
    problems: [...BODY, ...OF_CONVERSATION, "gone"],
  },
  getDraft: {
    tag: "desk",
    summary: { zh: "读取自己的草稿", en: "The caller's draft" },
    answers: {
      200: {
        text: { zh: "草稿；没有则为 null", en: "The draft; null when there is none" },
        content: { type: "application/json", schema: SavedDraftSchema },
      },
    },
    problems: [...OF_CONVERSATION, "invalid_field", "desk_off"],
  },
  saveDraft: {
    tag: "desk",
    summary: { zh: "保存或删除自己的草稿", en: "Save or remove the caller's draft" },
    body: [{ type: "application/json", schema: DraftBodySchema }],
    answers: { 204: { text: { zh: "已保存", en: "Saved" } } },
    problems: [...BODY, ...OF_CONVERSATION],
  },
  choosePresence: {
    tag: "desk",
    summary: { zh: "选择自己的状态", en: "Choose one's presence" },
    text: {
      zh: "busy 与 away 不分配新会话，已接待的保留；offline 三分钟后会话回到排队。",
      en: "An agent who is busy or away gets no new sessions and keeps the current ones; the sessions of an offline agent return to the queue after three minutes.",
    },
    body: [{ type: "application/json", schema: PresenceBodySchema, example: { state: "online", reason: null } }],
    answers: {
      200: {
        text: { zh: "现在的状态", en: "The agent as it is now" },
        content: { type: "application/json", schema: AgentSchema },
      },
    },
    problems: [...BODY, "agent_required", "forbidden"],
  },
  listSessions: {
    tag: "desk",
    summary: { zh: "会话列表", en: "The sessions of a list" },
    text: {
      zh: "客服只看到自己与本组的会话；API 密钥看到全部，其 mine、parked、team 为空。counts 为每个列表的数量。",
      en: "An agent gets the sessions of the agent and of the agent's teams. An API key gets all sessions, and its lists mine, parked and team are empty. counts has the number of sessions of each list.",
    },
    answers: {
      200: {
        text: { zh: "一页会话", en: "A page of sessions" },
        content: { type: "application/json", schema: ListSchema },
      },
    },
    problems: ["desk_off", "invalid_field"],
  },
  replyToUser: {
    tag: "desk",
    summary: { zh: "回复用户", en: "Reply to the user" },
    text: {
      zh: "会话无人接待时由调用者接入；另一位客服正在接待时为 409 taken。seenSeq 之后有用户的消息、他人的发送或会话变化时为 409 stale，再次发送时带上新的 seenSeq。用同一个 Idempotency-Key 重试不会重复发送。",
      en: "Takes the session when no agent serves it; 409 taken when another agent does. 409 stale when the user, a colleague or the session has acted after seenSeq: send it again with the new seenSeq. A retry with the same Idempotency-Key never sends twice.",
    },
    body: [{ type: "application/json", schema: ReplyBodySchema }],
    answers: {
      202: {
        text: { zh: "已接收，随后发送", en: "Accepted; sent after the response" },
        content: { type: "application/json", schema: AcceptedSchema },
      },
    },
    problems: [
      ...PROBLEMS,
      "agent_required",
      "not_present",
      "taken",
      "session_changed",
      "stale",
      "handed_over",
      "window_closed",
      "quota_used",
      "hold_full",
      "too_long",
      "unsplittable",
    ],
  },
  writeNote: {
    tag: "desk",
    summary: { zh: "写备注", en: "Write a note" },
    text: {
      zh: "只有同事可见，绝不会发给用户，也不算回复。",
      en: "Visible to colleagues only; never sent to the user, and does not count as a reply.",
    },
    body: [{ type: "application/json", schema: NoteBodySchema }],
    answers: {
      201: { text: { zh: "已写入", en: "Written" }, content: { type: "application/json", schema: NotedSchema } },
    },
    problems: PROBLEMS,
  },
  rebuildDesk: {
    tag: "desk",
    summary: { zh: "重建工作台的列表", en: "Rebuild the lists of the desk" },
    text: {
      zh: "逐页向归档中的每个对话查询现状，每页最多 100 个。以返回的 next 再次调用，直到为 null；failed 大于 0 时用同一个 cursor 重试该页。重复执行不会改变正确的列表。",
      en: "Asks every conversation of the archive's directory for its state, at most 100 in a call. Repeat the call with next of the answer as cursor until next is null; when failed is not 0, repeat the page with the same cursor. Lists that are right do not change.",
    },
    body: [{ type: "application/json", schema: RebuildBodySchema, example: { cursor: null } }],
    answers: {
      200: {
        text: { zh: "这一页的结果", en: "The result of this page" },
        content: { type: "application/json", schema: RebuiltSchema },
      },
    },
    problems: [
      "malformed_json",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
      "desk_off",
      "audit_unavailable",
    ],
  },
  connectDesk: {
    tag: "desk",
    summary: { zh: "工作台的 WebSocket", en: "The desk's WebSocket" },
    text: {
      zh: "供工作台页面使用：列表、打开的对话、同事的状态。帧的格式见 shared/api/socket.ts；Origin 须为本服务的地址。",
      en: "For the page of the desk: lists, the open conversation, the presence of colleagues. The frames are defined in shared/api/socket.ts; Origin must be this worker's own.",
    },
    answers: { 101: { text: { zh: "已切换为 WebSocket", en: "Switched to WebSocket" } } },
    problems: ["agent_required", "origin_refused", "upgrade_required", "desk_off"],
  },
};
