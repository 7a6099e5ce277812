/**
 * The actions of agents on sessions: take, transfer, close, park, unpark, reopen, and the answer to an offer. The desk
 * checks the rights, the conversation checks whether the session is still in the required state.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import {
  CloseBodySchema,
  CommandedSchema,
  OfferBodySchema,
  ParkBodySchema,
  SessionBodySchema,
  TransferBodySchema,
} from "../../../../shared/api/desk/commands.ts";
import { ConversationParamSchema } from "../../../../shared/api/schemas.ts";
import { toDeskContact } from "../../../desk/client.ts";
import type { DeskAct, DeskAction } from "../../../desk/rpc.ts";
import { commandSession } from "../../../inbox/session/session-command.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { describe, validator } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { agentIdOf, conversationIdOf, requireDesk, requireVisible } from "./desk-caller.ts";
import { refuseAct, refuseRefused, refuseRequest } from "./refusals.ts";

/** Routes about sessions. */
export const commands = new Hono<HttpEnv>();

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

commands.post(
  "/conversations/:id/take",
  describe({
    id: "takeSession",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "接入会话", en: "Take a session" },
    text: {
      zh: "可超过接待上限，此时 isOverCapacity 为 true。期间已由其他客服接入时为 409 taken；主管与管理员可接管，客服不可（403）。",
      en: "It may exceed the capacity; isOverCapacity is then true. 409 taken when another agent took it meanwhile; supervisors and admins may take over from the agent, agents may not (403).",
    },
    body: [{ type: "application/json", schema: SessionBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "not_present"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readBody(c, SessionBodySchema);
    return body.ok ? act(c, body.value, { type: "take" }) : body.error;
  },
);

commands.post(
  "/conversations/:id/transfer",
  describe({
    id: "transferSession",
    tag: "desk",
    access: "conversations.serve",
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
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readBody(c, TransferBodySchema);
    if (!body.ok) return body.error;
    const { to, note = null, ...named } = body.value;
    return "agent" in to
      ? act(c, named, { type: "transfer_to_agent", target: to.agent, note }, { target: to.agent })
      : act(c, named, { type: "transfer_to_team", team: to.team, note });
  },
);

commands.post(
  "/conversations/:id/close",
  describe({
    id: "closeSession",
    tag: "desk",
    access: "conversations.serve",
    summary: { zh: "结束会话", en: "Close a session" },
    text: {
      zh: "用户在 seenSeq 之后又写了消息时为 409 stale；有消息正在发送或暂存时为 409 sending / held。",
      en: "409 stale when the user has written after seenSeq; 409 sending or held while messages are being sent or held.",
    },
    body: [{ type: "application/json", schema: CloseBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "stale", "sending", "held"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readBody(c, CloseBodySchema);
    if (!body.ok) return body.error;
    const { seenSeq, ...named } = body.value;
    return act(c, named, { type: "close", seenSeq }, { seenSeq });
  },
);

commands.post(
  "/conversations/:id/park",
  describe({
    id: "parkSession",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "挂起会话", en: "Park a session" },
    text: {
      zh: "到 until 或用户的下一条消息为止，最晚到回复窗口结束；期间不计入接待上限。",
      en: "Until that time or the user's next message, at the latest until the reply window ends; meanwhile it does not count towards the capacity.",
    },
    body: [{ type: "application/json", schema: ParkBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "park_end"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readBody(c, ParkBodySchema);
    if (!body.ok) return body.error;
    const { until, ...named } = body.value;
    return act(c, named, { type: "park", until: Date.parse(until) });
  },
);

commands.post(
  "/conversations/:id/unpark",
  describe({
    id: "unparkSession",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "取消挂起", en: "End the parking of a session" },
    body: [{ type: "application/json", schema: SessionBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readBody(c, SessionBodySchema);
    return body.ok ? act(c, body.value, { type: "unpark" }) : body.error;
  },
);

commands.post(
  "/conversations/:id/reopen",
  describe({
    id: "reopenSession",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "重新打开会话", en: "Reopen a session" },
    text: {
      zh: "session 为已结束的会话；打开一个新的会话，由调用者接待。",
      en: "session is the closed one; a new session begins, served by the caller.",
    },
    body: [{ type: "application/json", schema: SessionBodySchema }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "not_present"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, SessionBodySchema);
    if (!body.ok) return body.error;
    const { id, log, session, version } = body.value;
    const agent = agentOf(c).id;
    const conversation = conversationIdOf(c);
    const authorized = await deskOf(c).authorizeReply(agent, conversation);
    if (!authorized.ok) return refuseRequest(c, authorized.error);
    const answer = await commandSession(servicesOf(c), conversationOf(c).address, {
      id: `p:${agent}:${conversation}:${id}`,
      by: { type: "agent", id: agent },
      log,
      action: { type: "reopen", agent, session, version },
    });
    if (!answer.ok) return refuseRefused(c, answer, conversation);
    // The conversation reports the new session only after this response.
    const row = await deskOf(c).refresh(agent, conversation, toDeskContact(conversationOf(c).address));
    return c.json({ row, isOverCapacity: false } satisfies v.InferOutput<typeof CommandedSchema>);
  },
);

commands.post(
  "/conversations/:id/offer",
  describe({
    id: "answerOffer",
    tag: "desk",
    access: "conversations.answer",
    summary: { zh: "接受或拒绝分配", en: "Accept or reject an offer" },
    body: [{ type: "application/json", schema: OfferBodySchema, example: { id: "…", accept: true } }],
    answers: ANSWERS,
    problems: [...PROBLEMS, "agent_required", "not_present", "offer_over"],
  }),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, OfferBodySchema);
    if (!body.ok) return body.error;
    const { id, accept } = body.value;
    // The offer itself names log, session and version.
    const named = { id: `${accept ? "accept" : "reject"}:${id}`, log: "", session: 0, version: 0 };
    return act(c, named, { type: accept ? "accept_offer" : "reject_offer", offer: id });
  },
);

async function act(
  c: Context<HttpEnv>,
  named: Pick<DeskAct, "id" | "log" | "session" | "version">,
  action: DeskAction,
  about: { readonly target?: string; readonly seenSeq?: number } = {},
): Promise<Response> {
  const conversation = conversationIdOf(c);
  const { id, log, session, version } = named;
  const outcome = await deskOf(c).act({ agent: agentIdOf(c), id, conversation, log, session, version, action });
  if (!outcome.ok) return refuseAct(c, outcome.refusal, { row: outcome.row, ...about });
  const { row, isOverCapacity } = outcome;
  return c.json({ row, isOverCapacity } satisfies v.InferOutput<typeof CommandedSchema>);
}
