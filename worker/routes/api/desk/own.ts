/** The data of one agent: what the agent has seen, drafts and presence. */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { AgentSchema, PresenceBodySchema } from "../../../../shared/api/desk/agent.ts";
import { DraftBodySchema, SavedDraftSchema, SeenBodySchema } from "../../../../shared/api/desk/commands.ts";
import { ConversationParamSchema, isoTime } from "../../../../shared/api/schemas.ts";
import { toAgentJson } from "../../../desk/socket/agent-json.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { describe, validator } from "../../http/describe.ts";
import { chooseConversation } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { conversationIdOf, requireDesk, requireVisible } from "./desk-caller.ts";

/** Routes about the data of one agent. */
export const own = new Hono<HttpEnv>();

const BODY = ["malformed_json", "body_too_large", "unsupported_media_type", "invalid_field", "desk_off"] as const;
const OF_CONVERSATION = ["account_required", "agent_required", "forbidden", "conversation_not_found"] as const;

own.post(
  "/conversations/:id/seen",
  describe({
    id: "markSeen",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "标为已读", en: "Mark as seen" },
    text: {
      zh: "只有接待的客服的已读有效；其他客服调用时什么也不做。",
      en: "Only what the agent of the session has seen counts; for other agents it does nothing.",
    },
    body: [{ type: "application/json", schema: SeenBodySchema }],
    answers: { 204: { text: { zh: "已记录", en: "Recorded" } } },
    problems: [...BODY, ...OF_CONVERSATION, "gone"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, SeenBodySchema);
    if (!body.ok) return body.error;
    const isKept = await deskOf(c).seen(agentOf(c).id, conversationIdOf(c), body.value);
    return isKept ? c.body(null, 204) : problem(c, "gone", {});
  },
);

own.get(
  "/conversations/:id/draft",
  describe({
    id: "getDraft",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "读取自己的草稿", en: "The caller's draft" },
    answers: {
      200: {
        text: { zh: "草稿；没有则为 null", en: "The draft; null when there is none" },
        content: { type: "application/json", schema: SavedDraftSchema },
      },
    },
    problems: [...OF_CONVERSATION, "invalid_field", "desk_off"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const found = await deskOf(c).findDraft(agentOf(c).id, conversationIdOf(c));
    const draft = found && { text: found.text, mode: found.mode, savedAt: isoTime(found.savedAt) };
    return c.json({ draft } satisfies v.InferOutput<typeof SavedDraftSchema>);
  },
);

own.put(
  "/conversations/:id/draft",
  describe({
    id: "saveDraft",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "保存或删除自己的草稿", en: "Save or remove the caller's draft" },
    body: [{ type: "application/json", schema: DraftBodySchema }],
    answers: { 204: { text: { zh: "已保存", en: "Saved" } } },
    problems: [...BODY, ...OF_CONVERSATION],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, DraftBodySchema);
    if (!body.ok) return body.error;
    await deskOf(c).saveDraft(agentOf(c).id, conversationIdOf(c), body.value.log, body.value.draft);
    return c.body(null, 204);
  },
);

own.put(
  "/me/presence",
  describe({
    id: "choosePresence",
    tag: "desk",
    access: "presence.own",
    summary: { zh: "选择自己的状态", en: "Choose one's presence" },
    text: {
      zh: "busy 与 away 不分配新会话，已接待的保留；offline 三分钟后会话回到排队。",
      en: "busy and away get no new sessions and keep theirs; with offline they return to the queue after three minutes.",
    },
    body: [{ type: "application/json", schema: PresenceBodySchema, example: { state: "online", reason: null } }],
    answers: {
      200: {
        text: { zh: "现在的状态", en: "The agent as it is now" },
        content: { type: "application/json", schema: AgentSchema },
      },
    },
    problems: [...BODY, "agent_required", "forbidden"],
  }),
  requireDesk(),
  async (c) => {
    const body = await readBody(c, PresenceBodySchema);
    if (!body.ok) return body.error;
    const chosen = await deskOf(c).choosePresence(agentOf(c).id, body.value);
    return chosen.ok ? c.json(toAgentJson(chosen.value)) : problem(c, "forbidden", {});
  },
);
