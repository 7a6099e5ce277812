/**
 * Sending: `POST /conversations/:id/messages`, and `GET` and `DELETE /messages/:id`. The conversation decides and
 * stores, then the caller gets the response, then the Worker delivers the message
 * (docs/design/0002-object-decides-worker-carries.md).
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { may } from "../../../../shared/api/desk/rights.ts";
import type { AcceptedSchema } from "../../../../shared/api/schemas.ts";
import {
  IdempotencyHeaderSchema,
  LogQuerySchema,
  ConversationParamSchema,
  SendOptionsSchema,
} from "../../../../shared/api/schemas.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../../shared/message/address.ts";
import { parseOutbound, type Outbound } from "../../../../shared/message/outbound.ts";
import { LEASED_CALL_MS } from "../../../conversation/client.ts";
import type { SendRequest } from "../../../conversation/core/transitions.ts";
import { toMessageJson, toWindowJson } from "../../../conversation/reading/message-json.ts";
import type { SubmitAnswer } from "../../../conversation/rpc.ts";
import { readPauseEnd } from "../../../inbox/account-calls/read-pause-end.ts";
import { deliverAfterResponse } from "../../../inbox/delivery/after-response.ts";
import { findConversation, findMessage } from "../../../inbox/find-conversation.ts";
import { listConsumers } from "../../../inbox/log-consumers.ts";
import { withTimeout } from "../../../platform/deadline.ts";
import { hexDigest } from "../../../platform/digest.ts";
import { retryCall } from "../../../platform/object-call.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf, servicesFor } from "../../http/request/choose-conversation.ts";
import { checkBody, readJsonObject, refuseAs, refuseParameter } from "../../http/request/request-body.ts";
import { refuseOutbound } from "../../http/response/outbound-problem.ts";
import { problem } from "../../http/response/problem.ts";

const MINUTE_MS = 60_000;
/**
 * The call of the conversation's object is not retried after this time, milliseconds; the caller then gets an error,
 * usually `try_again`, and can repeat the request with the same key.
 */
const SUBMIT_TIMEOUT_MS = 4_000;
/**
 * The caller gets a response within this time, milliseconds; a message whose lease arrives later is still delivered.
 */
const SUBMIT_ANSWER_MS = 6_000;

/** Routes about single messages. */
export const messages = new Hono<HttpEnv>();

messages.post(
  "/conversations/:id/messages",
  operation("sendMessage", "api"),
  validator("param", ConversationParamSchema, refuseParameter),
  validator(
    "header",
    IdempotencyHeaderSchema,
    refuseAs((c) => problem(c, "idempotency_key_required", {})),
  ),
  validator("query", LogQuerySchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const body = await readSend(c);
    if (!body.ok) return body.error;
    const { address, log } = conversationOf(c);
    const services = servicesOf(c);
    const conversation = findConversation(services, address);
    const key = `k:${c.req.valid("header")["idempotency-key"]}`;
    const request = await hashSend(body.value);
    const input = { key, request, ...body.value, ...(await readSubmitSettings(c)) };
    // A separate holder per request, because two callers may use the same key: only this caller may get its lease again
    // when a response was lost.
    const holder = crypto.randomUUID();
    const submit = () => findConversation(services, address, LEASED_CALL_MS).submit(address, input, holder, log);
    const submitted = retryCall("submit", Date.now() + SUBMIT_TIMEOUT_MS, submit);
    deliverAfterResponse(services, address, submitted.then(leaseOf));
    const answer = await withTimeout(SUBMIT_ANSWER_MS, submitted);
    if (!answer.ok) return refuseSend(c, answer);
    return c.json(
      {
        ...toMessageJson(answer.message, conversation.id.toString()),
        window: toWindowJson(answer.window),
      } satisfies v.InferOutput<typeof AcceptedSchema>,
      202,
    );
  },
);

messages.get("/messages/:id", operation("getMessage", "api"), async (c) => {
  const found = findMessage(servicesOf(c), c.req.param("id"));
  const services = found && (await servicesFor(c, found.conversation));
  if (found === undefined || services === undefined) return problem(c, "message_not_found", {});
  const message = await found.conversation.message(miniProgramAccount(services.accountConfig.appid), found.seq);
  if (message === null) return problem(c, "message_not_found", {});
  const pauseEnd = await readPauseEnd(
    services,
    message.parts.map(({ waiting }) => waiting),
  );
  return c.json(toMessageJson(message, found.conversation.id.toString(), pauseEnd));
});

messages.delete("/messages/:id", operation("withdrawMessage", "conversations.serve"), async (c) => {
  const found = findMessage(servicesOf(c), c.req.param("id"));
  const services = found && (await servicesFor(c, found.conversation));
  const head = services && (await found.conversation.head());
  if (found === undefined || services === undefined || !head) return problem(c, "message_not_found", {});
  const { conversation, seq } = found;
  if ((await conversation.message(miniProgramAccount(services.accountConfig.appid), seq)) === null)
    return problem(c, "message_not_found", {});
  const caller = c.get("caller");
  if (caller.type === "agent") {
    const row = await deskOf(c).session(caller.id, conversation.id.toString());
    if (row === null || !may(caller.id, caller, "close", row.session)) return problem(c, "forbidden", {});
  }
  const withdrawn = await conversation.command({
    id: `w:${seq}`,
    by: caller.type === "agent" ? { type: "agent", id: caller.id } : { type: "api" },
    log: head.log,
    action: { type: "withdraw", message: seq },
  });
  if (withdrawn.ok) return c.body(null, 204);
  switch (withdrawn.refusal.reason) {
    case "gone":
      return problem(c, "message_not_found", {});
    case "no_right":
      return problem(c, "forbidden", {});
    default:
      return problem(c, "not_held", {});
  }
});

/** The parsed body of a send. */
interface Send {
  readonly message: Outbound;
  readonly isAi: boolean;
  readonly hold: boolean;
}

async function readSend(c: Context<HttpEnv>): Promise<Result<Send, Response>> {
  const body = await readJsonObject(c);
  if (!body.ok) return body;
  const { hold, isAi, ...rest } = body.value;
  const given = { ...(hold === undefined ? {} : { hold }), ...(isAi === undefined ? {} : { isAi }) };
  const options = checkBody(c, SendOptionsSchema, given);
  if (!options.ok) return options;
  const { accountConfig, rules } = servicesOf(c);
  const message = parseOutbound(rest, rules, accountConfig.appid);
  if (!message.ok) return err(refuseOutbound(c, message.error));
  return ok({ message: message.value, isAi: options.value.isAi ?? false, hold: options.value.hold ?? false });
}

/**
 * Returns the hash of a send. Every way to write the same request gives the same hash, because the parsed values are
 * hashed with their keys in order.
 */
function hashSend({ message, isAi, hold }: Send): Promise<string> {
  const flat = { ...message, isAi, hold };
  return hexDigest("SHA-256", JSON.stringify(flat, Object.keys(flat).toSorted()));
}

/**
 * Reads the settings that a send depends on. If the settings cannot be read, automation is not muted and the webhooks'
 * cursors do not change.
 */
async function readSubmitSettings(
  c: Context<HttpEnv>,
): Promise<Pick<SendRequest, "muteMs" | "consumers" | "settingsVersion">> {
  const stored = await servicesOf(c).settings();
  if (stored === undefined) return { muteMs: 0 };
  const { settings, version } = stored;
  const muteMs = settings.muteAfterApiMinutes * MINUTE_MS;
  return { muteMs, consumers: listConsumers(settings), settingsVersion: version };
}

function leaseOf(answer: SubmitAnswer) {
  return answer.ok ? answer.lease : undefined;
}

function refuseSend(c: Context<HttpEnv>, refusal: Extract<SubmitAnswer, { ok: false }>): Response {
  switch (refusal.reason) {
    case "window_closed":
    case "quota_used":
    case "hold_full":
      return problem(c, refusal.reason, { window: toWindowJson(refusal.window) });
    case "unsplittable":
      return problem(c, "unsplittable", { field: "content" });
    case "idempotency_mismatch":
      return problem(c, "idempotency_mismatch", {});
    case "gone":
      return problem(c, "gone", {});
  }
}
