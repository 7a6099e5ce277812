/**
 * The actions of agents on sessions: take, transfer, close, park, unpark, reopen, and the answer to an offer. The desk
 * checks the rights, the conversation checks whether the session is still in the required state.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { ClosePreview, CommandedSchema } from "../../../../shared/api/desk/commands.ts";
import {
  CloseBodySchema,
  OfferBodySchema,
  ParkBodySchema,
  SessionBodySchema,
  TransferBodySchema,
} from "../../../../shared/api/desk/commands.ts";
import { ConversationParamSchema } from "../../../../shared/api/schemas.ts";
import { toDeskContact } from "../../../desk/client.ts";
import type { DeskAct, DeskAction } from "../../../desk/rpc.ts";
import { renderEndTexts } from "../../../inbox/session/end-texts.ts";
import { commandSession } from "../../../inbox/session/session-command.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { agentIdOf, conversationIdOf, requireDesk, requireVisible } from "./desk-caller.ts";
import { refuseAct, refuseRefused, refuseRequest } from "./refusals.ts";

/** Routes about sessions. */
export const commands = new Hono<HttpEnv>();

commands.post(
  "/conversations/:id/take",
  operation("takeSession", "conversations.answer"),
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
  operation("transferSession", "conversations.serve"),
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

commands.get(
  "/conversations/:id/close",
  operation("previewClose", "conversations.serve"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const stored = await servicesOf(c).settings();
    if (stored === undefined) return problem(c, "try_again", {}, { headers: { "retry-after": "1" } });
    const { closing = null, rating = null } = renderEndTexts(stored.settings, Date.now());
    return c.json({ closing, rating } satisfies ClosePreview);
  },
);

commands.post(
  "/conversations/:id/close",
  operation("closeSession", "conversations.serve"),
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
  operation("parkSession", "conversations.answer"),
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
  operation("unparkSession", "conversations.answer"),
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
  operation("reopenSession", "conversations.answer"),
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
    // The conversation reports the new session to the desk only after this response, so the desk is made to read it
    // now.
    const row = await deskOf(c).refresh(agent, conversation, toDeskContact(conversationOf(c).address));
    return c.json({ row, isOverCapacity: false } satisfies v.InferOutput<typeof CommandedSchema>);
  },
);

commands.post(
  "/conversations/:id/offer",
  operation("answerOffer", "conversations.answer"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, OfferBodySchema);
    if (!body.ok) return body.error;
    const { id, accept } = body.value;
    // The desk takes log, session and version from the offer.
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
