/**
 * The push URL. GET is the console's check of the address; POST is a push. Rejections return a fixed body; the log
 * records the cause and the fix (WECHAT.md §1, docs/design/push-trust.md).
 */
import type { Context } from "hono";
import { isAccountEvent } from "../../shared/message/account-event.ts";
import { miniProgramAccount, accountOf, miniProgramAddress } from "../../shared/message/address.ts";
import type { Acknowledgement } from "../../shared/message/inbound.ts";
import { describeAge } from "../account/core/stale-pushes.ts";
import { dedupeKey } from "../channels/mini-program/dedupe-key.ts";
import { receivePush, type ReceivedPush } from "../channels/mini-program/receive-push.ts";
import { ACKNOWLEDGEMENT, buildAcknowledgement, type Answer } from "../channels/wechat/acknowledgement.ts";
import { verifyEcho, type PushProblem, type PushQuery } from "../channels/wechat/push/open-push.ts";
import { findAccountConfig, type WeChatAccountConfig } from "../config/config.ts";
import { objectIdOf } from "../conversation/client.ts";
import type { RelayedAnswer } from "../conversation/rpc.ts";
import { FORWARDED_HEADER } from "../forwarding/forward-push.ts";
import { forwardFor, relayPush, type ForwardedRequest, type RelayProblem } from "../inbox/forward-event.ts";
import { receiveAccountEvent, keepUnreadable } from "../inbox/receive-account-event.ts";
import { receiveEvent, type ReceiveOutcome } from "../inbox/receive-event.ts";
import { countStalePush } from "../inbox/report-stale-pushes.ts";
import type { RequestServices } from "../inbox/services.ts";
import { readText } from "../platform/http-body.ts";
import { errorName, writeLog, conversationTag } from "../platform/logger.ts";
import type { HttpEnv } from "./http/app-env.ts";
import { createRequestServices } from "./http/services.ts";

/** The largest push read, bytes; WeChat documents no maximum, its own are a few KB. */
export const MAX_PUSH_BYTES = 64 * 1024;

/** GET: returns the echo only when it is signed with the Token. */
export async function verify(c: Context<HttpEnv>, appid: string | undefined): Promise<Response> {
  const app = findAccountConfig(c.get("config"), appid);
  if (app === undefined) return c.text("not found", 404);
  const echo = await verifyEcho(pushQuery(c), app);
  const outcome = echo.ok ? "ok" : echo.error.reason;
  writeLog("verification", { requestId: c.get("requestId"), ...miniProgramAccount(app.appid), outcome });
  if (!echo.ok) return c.text("forbidden", 403);
  const telling = createRequestServices(c, app).recordMilestone("verified");
  if (telling !== undefined) c.executionCtx.waitUntil(telling);
  return new Response(echo.value, {
    headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  });
}

/** POST: verified, decrypted, parsed, stored, answered; messages are sent after the response. */
export async function receive(c: Context<HttpEnv>, appid: string | undefined): Promise<Response> {
  const arrivedAt = Date.now();
  const app = findAccountConfig(c.get("config"), appid);
  if (app === undefined) return c.text("not found", 404);
  const body = await readText(c.req.raw, MAX_PUSH_BYTES);
  if (!body.ok) {
    writeLog("push_refused", {
      requestId: c.get("requestId"),
      ...miniProgramAccount(app.appid),
      outcome: body.error.reason,
    });
    return body.error.reason === "body_too_large" ? c.text("too large", 413) : c.text("bad request", 400);
  }
  const push = await receivePush(pushQuery(c), body.value, app, arrivedAt, c.get("config").pushMaxAgeMs);
  if (!push.ok) return refuse(c, app, push.error, arrivedAt);
  return accept(c, createRequestServices(c, app), push.value, { arrivedAt, body: body.value });
}

async function accept(
  c: Context<HttpEnv>,
  services: RequestServices,
  push: ReceivedPush,
  { arrivedAt, body }: { readonly arrivedAt: number; readonly body: string },
): Promise<Response> {
  const { app, config, directory, requestId } = services;
  const key = await dedupeKey(push.inbound);
  const { inbound } = push;
  // The account object searches for repeats of an event without CreateTime by this time, so it dates such an event
  // itself.
  const createdAt = inbound.createdAt === 0 ? arrivedAt : inbound.createdAt;
  const address = miniProgramAddress(app.appid, inbound.openid);
  const arrived = { ...address, key, createdAt, arrivedAt, signedAt: push.signedAt };
  const tag = inbound.openid === "" ? undefined : conversationTag(objectIdOf(directory.namespace, address));
  const type = `${inbound.event}/${inbound.type}`;
  const fields = { requestId, ...accountOf(address), conversation: tag, type, name: inbound.name };
  const forward = forwardFor(config, inbound);
  try {
    const accepted: ReceiveOutcome = isAccountEvent(inbound)
      ? await receiveAccountEvent(services, inbound, arrived)
      : await receiveEvent(services, inbound, arrived, forward !== null);
    const { outcome, acknowledgement } = accepted;
    writeLog("push", { ...fields, outcome, acknowledgement, ms: Date.now() - arrivedAt });
    // An erased user's event of another product may be a payment, which the team's server must answer; nothing of it is
    // stored.
    const isOwed = outcome === "new" || outcome === "repeat" || (outcome === "erased" && isAccountEvent(inbound));
    if (forward !== null && isOwed) {
      const request = toForwarded(c, body);
      const relayed = await relayPush(services, forward, { inbound, arrived, accepted, request });
      return relayed.ok ? toRelayed(relayed.value) : refuseRelay(c, relayed.error);
    }
    return await acknowledge(acknowledgement, push);
  } catch (error) {
    // Not stored, so not acknowledged: WeChat may repeat it.
    writeLog("push_not_stored", {
      ...fields,
      error: errorName(error),
      ms: Date.now() - arrivedAt,
    });
    return c.text("try again", 500);
  }
}

async function refuse(
  c: Context<HttpEnv>,
  app: WeChatAccountConfig,
  problem: PushProblem,
  arrivedAt: number,
): Promise<Response> {
  const fields = { requestId: c.get("requestId"), ...miniProgramAccount(app.appid), outcome: problem.reason };
  if (problem.authentic) {
    await keepUnreadable(createRequestServices(c, app), problem, arrivedAt);
    writeLog("push_quarantined", { ...fields, cause: problem.cause });
    return c.text("success");
  }
  if (problem.reason === "stale") countStalePush(createRequestServices(c, app), problem.ageMs, arrivedAt);
  writeLog("push_refused", { ...fields, ...adviceFor(problem, app) });
  return problem.reason === "missing_parameter" || problem.reason === "bad_envelope"
    ? c.text("bad request", 400)
    : c.text("forbidden", 403);
}

/** What the operator can do about a rejection; the caller gets none of it. */
function adviceFor(problem: PushProblem, app: WeChatAccountConfig): Record<string, string> {
  switch (problem.reason) {
    case "push_mode_mismatch": {
      const cure =
        problem.came === "plaintext"
          ? "the WeChat console sends plaintext (its default): choose 安全模式 there, or set WECHAT_PUSH_MODE=plain"
          : "the WeChat console sends encrypted pushes: set WECHAT_PUSH_MODE=secure and the EncodingAESKey";
      return { expected: problem.expected, came: problem.came, cure };
    }
    case "bad_signature":
      return {
        cure: "WECHAT_TOKEN must equal the Token in the WeChat console; during a change set WECHAT_TOKEN_PREVIOUS",
      };
    case "decrypt_failed":
      return { cure: "WECHAT_ENCODING_AES_KEY must equal the EncodingAESKey in the WeChat console" };
    case "wrong_appid":
      return { cure: `the push is for another mini program than ${app.appid}: check WECHAT_APPID` };
    case "stale":
      return {
        age: describeAge(problem.ageMs ?? null),
        cure: "a captured push was replayed, or a clock is wrong; the limit is WECHAT_PUSH_MAX_AGE_S for encrypted pushes and 300 s for plaintext",
      };
    case "missing_parameter":
      return { parameter: problem.name };
    case "bad_envelope":
      return { problem: problem.problem.reason };
    case "unreadable":
      return {};
  }
}

function toForwarded({ req }: Context<HttpEnv>, body: string): ForwardedRequest {
  const query = req.url.indexOf("?");
  return {
    search: query === -1 ? "" : req.url.slice(query),
    contentType: req.header("content-type"),
    body,
    isForwarded: req.header(FORWARDED_HEADER) !== undefined,
  };
}

/** The answer of the team's server: 200, its content type and its bytes. */
function toRelayed({ contentType, body }: RelayedAnswer): Response {
  const headers = { "x-content-type-options": "nosniff", ...(contentType !== null && { "content-type": contentType }) };
  return new Response(body, { headers });
}

/** Without an answer the platform repeats the push. */
function refuseRelay(c: Context<HttpEnv>, problem: RelayProblem): Response {
  return problem === "loop" ? c.text("loop detected", 508) : c.text("try again", 500);
}

async function acknowledge(acknowledgement: Acknowledgement, push: ReceivedPush): Promise<Response> {
  // Nearly every push is only acknowledged, which needs neither nonce nor random bytes.
  if (acknowledgement === "received") return toResponse(ACKNOWLEDGEMENT);
  const random = crypto.getRandomValues(new Uint8Array(16));
  return toResponse(await buildAcknowledgement(acknowledgement, push, Date.now(), crypto.randomUUID(), random));
}

function toResponse({ body, contentType }: Answer): Response {
  return new Response(body, { headers: { "content-type": contentType } });
}

function pushQuery(c: Context<HttpEnv>): PushQuery {
  const query = c.req.query();
  const { signature, timestamp, nonce, msg_signature, encrypt_type, echostr } = query;
  return { signature, timestamp, nonce, msg_signature, encrypt_type, echostr };
}
