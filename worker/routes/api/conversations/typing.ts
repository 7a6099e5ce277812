/**
 * The typing indicator: `POST /conversations/:id/typing` (WECHAT.md §5.1). Nothing is stored.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { ConversationParamSchema, TypingBodySchema } from "../../../../shared/api/schemas.ts";
import type { ChannelTexts } from "../../../channels/channel.ts";
import type { TypingProblem } from "../../../channels/tools.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { refuseCall } from "../../http/response/channel-problem.ts";
import { problem } from "../../http/response/problem.ts";

/** Timeout of the call, milliseconds. Short, because an indicator that is shown late is useless. */
const TYPING_TIMEOUT_MS = 5_000;

/** Routes about the typing indicator. */
export const typing = new Hono<HttpEnv>();

typing.post(
  "/conversations/:id/typing",
  operation("setTyping", "api"),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readBody(c, TypingBodySchema);
    if (!body.ok) return body.error;
    const services = servicesOf(c);
    const { address } = conversationOf(c);
    const replyContext = await findConversation(services, address).replyContext();
    const target = { user: address.user, ...(replyContext !== null && { replyContext }) };
    const { typing } = await services.tools();
    const changed = await typing.setTyping(target, body.value.on, Date.now() + TYPING_TIMEOUT_MS);
    return changed.ok ? c.body(null, 204) : refuseTyping(c, await services.texts(), changed.error);
  },
);

function refuseTyping(c: Context<HttpEnv>, texts: ChannelTexts, refusal: TypingProblem): Response {
  return refusal.result === "no_recent_message"
    ? problem(c, "no_recent_message", { platformCode: refusal.code })
    : refuseCall(c, texts, refusal);
}
