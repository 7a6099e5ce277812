/** What the API document contains about the routes for the actions of agents on sessions. */
import {
  SessionBodySchema,
  TransferBodySchema,
  CloseBodySchema,
  ParkBodySchema,
  OfferBodySchema,
  ClosePreviewSchema,
  CommandedSchema,
} from "../../../shared/api/desk/commands.ts";
import type { RouteDocs } from "../route-docs.ts";

const ANSWERS = {
  200: {
    text: { zh: "已执行；重试返回相同结果", en: "Done; a repeat returns the same" },
    content: { type: "application/json", schema: CommandedSchema },
  },
} as const;

/** The problems of every command. */
const PROBLEMS = [
  "malformed_json",
  "account_required",
  "forbidden",
  "conversation_not_found",
  "taken",
  "session_changed",
  "session_over",
  "gone",
  "body_too_large",
  "unsupported_media_type",
  "invalid_field",
  "idempotency_mismatch",
  "desk_off",
] as const;

/** The descriptions of these routes, by operation id. */
export const DESK_COMMANDS: RouteDocs = {
  takeSession: {
    tag: "desk",
    summary: { zh: "接入会话", en: "Take a session" },
    text: {
      zh: "可超过接待上限，此时 isOverCapacity 为 true。期间已由其他客服接入时为 409 taken；主管与管理员可接管，客服不可（403）。",
      en: "The agent may exceed the capacity; isOverCapacity is then true. 409 taken when another agent took the session meanwhile; supervisors and admins may take a session over from its agent, other agents may not (403).",
    },
    body: [{ type: "application/json", schema: SessionBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "not_present"],
  },
  transferSession: {
    tag: "desk",
    summary: { zh: "转接会话", en: "Transfer a session" },
    text: {
      zh: "转给客服：对方须在线且未达接待上限。转给技能组：会话回到排队，位置不变。",
      en: "To an agent, who must be online and below the capacity; or to a team, whose queue the session joins at its old position.",
    },
    body: [{ type: "application/json", schema: TransferBodySchema }],
    answers: ANSWERS,
    problems: [
      ...PROBLEMS,
      "no_agent",
      "other_team",
      "agent_absent",
      "over_capacity",
      "no_team",
      "same_agent",
      "same_team",
      "transfer_limit",
    ],
  },
  previewClose: {
    tag: "desk",
    summary: { zh: "结束会话时发给用户的文本", en: "What closing a session sends to the user" },
    text: {
      zh: "两段合成一条消息，有额度时才发。",
      en: "Both are one message, which is sent only if a send is left.",
    },
    answers: {
      200: {
        text: { zh: "按现在的设置", en: "By the settings in force now" },
        content: { type: "application/json", schema: ClosePreviewSchema },
      },
    },
    problems: ["account_required", "forbidden", "conversation_not_found", "invalid_field", "desk_off"],
  },
  closeSession: {
    tag: "desk",
    summary: { zh: "结束会话", en: "Close a session" },
    text: {
      zh: "用户在 seenSeq 之后又写了消息时为 409 stale；有消息正在发送或暂存时为 409 sending / held。",
      en: "409 stale when the user has written after seenSeq; 409 sending or held while messages are being sent or held.",
    },
    body: [{ type: "application/json", schema: CloseBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "stale", "sending", "held"],
  },
  parkSession: {
    tag: "desk",
    summary: { zh: "挂起会话", en: "Park a session" },
    text: {
      zh: "到 until 或用户的下一条消息为止，最晚到回复窗口结束；期间不计入接待上限。",
      en: "Until the time in until or the user's next message, at the latest until the reply window ends; meanwhile the session does not count towards the capacity.",
    },
    body: [{ type: "application/json", schema: ParkBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "park_end"],
  },
  unparkSession: {
    tag: "desk",
    summary: { zh: "取消挂起", en: "End the parking of a session" },
    body: [{ type: "application/json", schema: SessionBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required"],
  },
  reopenSession: {
    tag: "desk",
    summary: { zh: "重新打开会话", en: "Reopen a session" },
    text: {
      zh: "session 为已结束的会话；打开一个新的会话，由调用者接待。",
      en: "session is the closed one; a new session begins, served by the caller.",
    },
    body: [{ type: "application/json", schema: SessionBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "not_present"],
  },
  answerOffer: {
    tag: "desk",
    summary: { zh: "接受或拒绝分配", en: "Accept or reject an offer" },
    body: [{ type: "application/json", schema: OfferBodySchema, example: { id: "…", accept: true } }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "not_present", "offer_over"],
  },
};
