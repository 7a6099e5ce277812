/**
 * The texts that agents write: replies to the user, and notes for colleagues. Notes have a separate route, so that a
 * missing field cannot turn a note into a message. The conversation decides and stores, then the caller gets the
 * response, then the Worker delivers the reply.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { NotedSchema } from "../../../../shared/api/desk/commands.ts";
import { NoteBodySchema, ReplyOptionsSchema } from "../../../../shared/api/desk/commands.ts";
import type { AcceptedSchema } from "../../../../shared/api/schemas.ts";
import { ConversationParamSchema, IdempotencyHeaderSchema } from "../../../../shared/api/schemas.ts";
import { parseOutbound } from "../../../../shared/message/outbound.ts";
import { toMessageJson, toWindowJson } from "../../../conversation/reading/message-json.ts";
import { commandSession } from "../../../inbox/session/session-command.ts";
import { hexDigest } from "../../../platform/digest.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf, agentOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { checkBody, readBody, readJsonObject, refuseAs, refuseParameter } from "../../http/request/request-body.ts";
import { refuseOutbound } from "../../http/response/outbound-problem.ts";
import { problem } from "../../http/response/problem.ts";
import { authorOf, conversationIdOf, requireDesk, requireVisible } from "./desk-caller.ts";
import { refuseRefused, refuseRequest } from "./refusals.ts";

/** Routes for the texts that agents write. */
export const writing = new Hono<HttpEnv>();

const requireKey = () =>
  validator(
    "header",
    IdempotencyHeaderSchema,
    refuseAs((c) => problem(c, "idempotency_key_required", {})),
  );

writing.post(
  "/conversations/:id/replies",
  operation("replyToUser", "conversations.answer"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  requireKey(),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readJsonObject(c);
    if (!body.ok) return body.error;
    const { log, seenSeq, hold, ...rest } = body.value;
    const given = Object.entries({ log, seenSeq, hold }).filter(([, value]) => value !== undefined);
    const options = checkBody(c, ReplyOptionsSchema, Object.fromEntries(given));
    if (!options.ok) return options.error;
    const services = servicesOf(c);
    const message = parseOutbound(rest, services.rules, services.accountConfig.appid);
    if (!message.ok) return refuseOutbound(c, message.error);
    const agent = agentOf(c).id;
    const conversation = conversationIdOf(c);
    const authorized = await deskOf(c).authorizeReply(agent, conversation);
    if (!authorized.ok) return refuseRequest(c, authorized.error);
    const reply = { message: message.value, hold: options.value.hold ?? false };
    const answer = await commandSession(services, conversationOf(c).address, {
      id: `r:${agent}:${c.req.valid("header")["idempotency-key"]}`,
      by: { type: "agent", id: agent },
      log: options.value.log,
      action: {
        type: "reply",
        agent,
        ...reply,
        request: await hashReply(reply),
        ...(options.value.seenSeq !== undefined && { seenSeq: options.value.seenSeq }),
      },
    });
    if (!answer.ok) return refuseRefused(c, answer, conversation, options.value.seenSeq);
    // A reply always has a message: it was queued or held.
    if (answer.message === undefined) throw new Error("a reply was accepted without a message");
    return c.json(
      {
        ...toMessageJson(answer.message, conversation),
        window: toWindowJson(answer.snapshot.window),
      } satisfies v.InferOutput<typeof AcceptedSchema>,
      202,
    );
  },
);

writing.post(
  "/conversations/:id/notes",
  operation("writeNote", "conversations.serve"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  requireKey(),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, NoteBodySchema);
    if (!body.ok) return body.error;
    const { log, text, mentions } = body.value;
    const answer = await commandSession(servicesOf(c), conversationOf(c).address, {
      id: `n:${actorOf(c)}:${c.req.valid("header")["idempotency-key"]}`,
      by: authorOf(c),
      log,
      action: { type: "note", text, ...(mentions && { mentions }) },
    });
    if (!answer.ok) return refuseRefused(c, answer, conversationIdOf(c));
    return c.json({ log, to: answer.snapshot.to } satisfies v.InferOutput<typeof NotedSchema>, 201);
  },
);

/**
 * Returns the hash of a reply; every way to write the same reply gives the same hash, because its keys are in order.
 */
function hashReply({ message, hold }: { readonly message: object; readonly hold: boolean }): Promise<string> {
  const flat = { ...message, hold };
  return hexDigest("SHA-256", JSON.stringify(flat, Object.keys(flat).toSorted()));
}
