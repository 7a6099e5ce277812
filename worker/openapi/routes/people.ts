/** What the API document contains about the routes for agents and sign-ins. */
import {
  SignInBodySchema,
  InviteBodySchema,
  InviteReadBodySchema,
  ReadInviteSchema,
  MeSchema,
  PeopleSchema,
  AgentInputSchema,
  InvitedSchema,
  AgentChangeSchema,
  PersonSchema,
  SignInsSchema,
} from "../../../shared/api/people.ts";
import type { RouteDoc, RouteDocs } from "../route-docs.ts";

const SIGNED_IN: RouteDoc["answers"] = {
  200: {
    text: { zh: "已登录", en: "Signed in" },
    content: { type: "application/json", schema: MeSchema },
    headers: {
      "set-cookie": {
        zh: "登录 Cookie：__Host-kefu（本机 http 为 kefu_local），14 天",
        en: "the cookie of the sign-in: __Host-kefu (kefu_local on loopback http), 14 days",
      },
    },
  },
};

const BODY_PROBLEMS = ["malformed_json", "unsupported_media_type", "body_too_large", "invalid_field"] as const;

/** The descriptions of these routes, by operation id. */
export const PEOPLE: RouteDocs = {
  signIn: {
    tag: "people",
    summary: { zh: "客服登录", en: "Sign in" },
    text: {
      zh: "15 分钟内失败 10 次，该账号锁定 15 分钟。名字不存在、密码错误、已锁定时的应答与用时相同。",
      en: "Ten failures in 15 minutes lock the account for 15 minutes. The answer and its time are the same for an unknown name, a wrong password and a locked account.",
    },
    body: [{ type: "application/json", schema: SignInBodySchema }],
    answers: SIGNED_IN,
    problems: [
      "malformed_json",
      "unsupported_media_type",
      "body_too_large",
      "invalid_field",
      "sign_in_refused",
      "agent_suspended",
      "desk_off",
      "audit_unavailable",
    ],
  },
  acceptInvite: {
    tag: "people",
    summary: { zh: "接受邀请，设置密码并登录", en: "Accept an invite: set a password and sign in" },
    text: {
      zh: "邀请 24 小时内有效，只能用一次；该客服之前的所有登录随之结束。密码至少 10 个字符，不能是常见密码。",
      en: "An invite can be used once, within 24 hours; then all earlier sign-ins of the agent end. A password has at least ten characters and is not a common one.",
    },
    body: [{ type: "application/json", schema: InviteBodySchema }],
    answers: SIGNED_IN,
    problems: [
      "malformed_json",
      "unsupported_media_type",
      "body_too_large",
      "invalid_field",
      "weak_password",
      "invite_invalid",
      "agent_suspended",
      "desk_off",
      "audit_unavailable",
    ],
  },
  readInvite: {
    tag: "people",
    summary: { zh: "邀请是给谁的", en: "Whom an invite is for" },
    text: {
      zh: "只有持有邀请的人能读到；邀请不会因此用掉。",
      en: "Only the holder of the invite can read it; reading does not use it up.",
    },
    body: [{ type: "application/json", schema: InviteReadBodySchema }],
    answers: {
      200: {
        text: { zh: "登录名与失效时间", en: "The name to sign in with, and when the invite ends" },
        content: { type: "application/json", schema: ReadInviteSchema },
      },
    },
    problems: [...BODY_PROBLEMS, "invite_invalid", "desk_off"],
  },
  signOut: {
    tag: "people",
    summary: { zh: "退出登录", en: "Sign out" },
    answers: { 204: { text: { zh: "已退出，Cookie 已清除", en: "Signed out; the cookie is removed" } } },
    problems: ["desk_off"],
  },
  listAgents: {
    tag: "people",
    summary: { zh: "全部客服", en: "All agents" },
    answers: {
      200: {
        text: { zh: "按名字排序，含已停用的", en: "In the order of their names, suspended ones included" },
        content: { type: "application/json", schema: PeopleSchema },
      },
    },
    problems: ["desk_off"],
  },
  addAgent: {
    tag: "people",
    summary: { zh: "添加客服，返回邀请链接", en: "Add an agent; returns an invite link" },
    text: {
      zh: "对方打开链接、设置密码后即可登录。应答丢失后重试会返回 name_taken：用 POST /agents/:id/invite 取新的链接。",
      en: "The person opens the link and sets a password. If the response was lost, a repeat is answered name_taken: get another link with POST /agents/:id/invite.",
    },
    body: [
      { type: "application/json", schema: AgentInputSchema, example: { name: "小王", role: "agent", teams: ["售后"] } },
    ],
    answers: {
      201: { text: { zh: "已添加", en: "Added" }, content: { type: "application/json", schema: InvitedSchema } },
    },
    problems: [...BODY_PROBLEMS, "name_taken", "desk_off", "audit_unavailable"],
  },
  changeAgent: {
    tag: "people",
    summary: { zh: "修改或停用客服", en: "Change or suspend an agent" },
    text: {
      zh: "停用或改变权限后，已打开的页面立即断开。最后一个管理员不能停用或降级。审计日志记录的是请求：随后可能被拒绝。",
      en: "After a suspension or a change of rights, open pages are disconnected at once. The last admin can be neither suspended nor demoted. The audit log records the request, which may then be refused.",
    },
    body: [{ type: "application/json", schema: AgentChangeSchema, example: { isSuspended: true } }],
    answers: {
      200: {
        text: { zh: "修改后的客服", en: "The changed agent" },
        content: { type: "application/json", schema: PersonSchema },
      },
    },
    problems: [...BODY_PROBLEMS, "agent_not_found", "name_taken", "last_admin", "desk_off", "audit_unavailable"],
  },
  inviteAgent: {
    tag: "people",
    summary: { zh: "新的邀请链接，用于重设密码", en: "A new invite link, which also resets a password" },
    text: {
      zh: "之前的链接立即失效；现有的密码和登录保留到对方接受邀请为止。",
      en: "The earlier link becomes invalid at once; the password and the sign-ins stay until the invite is accepted.",
    },
    answers: {
      200: { text: { zh: "邀请", en: "The invite" }, content: { type: "application/json", schema: InvitedSchema } },
    },
    problems: ["invalid_field", "agent_not_found", "desk_off", "audit_unavailable"],
  },
  getMe: {
    tag: "people",
    summary: { zh: "当前登录的客服", en: "The signed-in agent" },
    answers: {
      200: {
        text: { zh: "客服与其权限", en: "The agent and the agent's rights" },
        content: { type: "application/json", schema: MeSchema },
      },
    },
  },
  listSignIns: {
    tag: "people",
    summary: { zh: "自己的登录列表", en: "One's own sign-ins" },
    answers: {
      200: {
        text: { zh: "未结束的登录，从早到晚", en: "The open sign-ins, oldest first" },
        content: { type: "application/json", schema: SignInsSchema },
      },
    },
  },
  endSignIns: {
    tag: "people",
    summary: { zh: "结束自己的全部登录，包括当前这次", en: "End all of one's own sign-ins, this one too" },
    answers: { 204: { text: { zh: "已全部结束", en: "All have ended" } } },
  },
  endSignIn: {
    tag: "people",
    summary: { zh: "结束自己的一次登录", en: "End one of one's own sign-ins" },
    answers: { 204: { text: { zh: "已结束", en: "It has ended" } } },
    problems: ["invalid_field", "sign_in_not_found"],
  },
};
