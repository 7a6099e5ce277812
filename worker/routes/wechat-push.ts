/**
 * Handles requests to the push URL. GET is the console's URL verification; POST is a push. Rejections return a fixed
 * body; the log records the cause and the fix (WECHAT.md §1, docs/design/push-trust.md).
 */
import type { Context } from "hono";
import { miniProgramAccount } from "../../shared/message/address.ts";
import { describeAge } from "../account/core/stale-pushes.ts";
import type { ChannelRequest, ChannelResponse, RejectedRequest } from "../channels/channel.ts";
import { findAccountConfig, type WeChatAccountConfig } from "../config/config.ts";
import { FORWARDED_HEADER } from "../forwarding/forward-push.ts";
import { countStalePush } from "../inbox/account-calls/report-stale-pushes.ts";
import type { ForwardedRequest } from "../inbox/receive/forward-event.ts";
import { receiveArrival, type ArrivalAnswer } from "../inbox/receive/receive-arrival.ts";
import { readText } from "../platform/http-body.ts";
import { writeLog } from "../platform/logger.ts";
import type { HttpEnv } from "./http/app-env.ts";
import { createRequestServices } from "./http/services.ts";

const randomBytes = (size: number) => crypto.getRandomValues(new Uint8Array(size));

/**
 * Handles GET: returns the echostr only when it is signed with the Token, and then records the milestone `verified`.
 */
export async function verify(c: Context<HttpEnv>, appid: string | undefined): Promise<Response> {
  const app = findAccountConfig(c.get("config"), appid);
  if (app === undefined) return c.text("not found", 404);
  const now = Date.now();
  const arrival = await c
    .get("channels")
    .open(app, c.get("config"))
    .receive(toChannelRequest(c, "GET", ""), now);
  const outcome = arrival.ok ? "ok" : arrival.error.cause;
  writeLog("verification", { requestId: c.get("requestId"), ...miniProgramAccount(app.appid), outcome });
  if (!arrival.ok) return c.text("forbidden", arrival.error.status);
  const recorded = createRequestServices(c, app).recordMilestone("verified");
  if (recorded !== undefined) c.executionCtx.waitUntil(recorded);
  return toResponse(await arrival.value.acknowledge("received", now, randomBytes));
}

/** Handles POST: verifies, decrypts, parses, stores and answers a push; messages are sent after the response. */
export async function receive(c: Context<HttpEnv>, appid: string | undefined): Promise<Response> {
  const arrivedAt = Date.now();
  const config = c.get("config");
  const app = findAccountConfig(config, appid);
  if (app === undefined) return c.text("not found", 404);
  const channel = c.get("channels").open(app, config);
  const body = await readText(c.req.raw, channel.maxRequestBytes);
  if (!body.ok) {
    writeLog("push_refused", {
      requestId: c.get("requestId"),
      ...miniProgramAccount(app.appid),
      outcome: body.error.reason,
    });
    return body.error.reason === "body_too_large" ? c.text("too large", 413) : c.text("bad request", 400);
  }
  const arrival = await channel.receive(toChannelRequest(c, "POST", body.value), arrivedAt);
  if (!arrival.ok) return refuse(c, app, arrival.error, arrivedAt);
  const request = () => toForwarded(c, body.value);
  const services = createRequestServices(c, app);
  const answer = await receiveArrival(services, arrival.value, { arrivedAt, request });
  if (answer.type !== "acknowledge") return toForwardedResponse(c, answer);
  return toResponse(await arrival.value.acknowledge(answer.acknowledgement, Date.now(), randomBytes));
}

function refuse(
  c: Context<HttpEnv>,
  app: WeChatAccountConfig,
  { status, cause, details, stale }: RejectedRequest,
  arrivedAt: number,
): Response {
  if (stale !== undefined) {
    countStalePush(createRequestServices(c, app), stale.ageMs ?? undefined, arrivedAt);
  }
  const age = stale && { age: describeAge(stale.ageMs) };
  writeLog("push_refused", {
    requestId: c.get("requestId"),
    ...miniProgramAccount(app.appid),
    outcome: cause,
    ...age,
    ...details,
  });
  return status === 400 ? c.text("bad request", 400) : c.text("forbidden", 403);
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

/**
 * Returns the answer of the team's server as 200 with its content type and bytes; without an answer 500, so that the
 * platform retries; 508 when the URL leads back to this worker.
 */
function toForwardedResponse(c: Context<HttpEnv>, answer: Exclude<ArrivalAnswer, { type: "acknowledge" }>): Response {
  if (answer.type === "fail") {
    return answer.reason === "loop" ? c.text("loop detected", 508) : c.text("try again", 500);
  }
  const { contentType, body } = answer.answer;
  const headers = { "x-content-type-options": "nosniff", ...(contentType !== null && { "content-type": contentType }) };
  return new Response(body, { headers });
}

function toChannelRequest(c: Context<HttpEnv>, method: ChannelRequest["method"], body: string): ChannelRequest {
  return { method, query: c.req.query(), body };
}

function toResponse({ status, contentType, body }: ChannelResponse): Response {
  return new Response(body, { status, headers: { "content-type": contentType, "x-content-type-options": "nosniff" } });
}
