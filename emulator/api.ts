/**
 * The emulated api.weixin.qq.com: finds the endpoint, applies a fault, answers as the platform does (200 with an
 * errcode in the body), and records the call.
 */
import { isJsonObject, type ApiCall, type ApiOutcome, type Endpoint } from "./api-call.ts";
import { checkCallback, getQuota } from "./api-diagnostics.ts";
import { downloadMedia, uploadMedia } from "./api-media.ts";
import { sendMessage, setTyping } from "./api-send.ts";
import { getStableToken, getToken } from "./api-token.ts";
import { decodeUtf8 } from "./crypto.ts";
import { errorBody } from "./errcode.ts";
import type { CallRecord, FaultRequest, FaultTarget } from "./model.ts";
import type { TrafficEnd } from "./phone-model.ts";
import { wireRequest, wireResponse } from "./traffic.ts";
import { parseJson } from "./wire.ts";
import type { World } from "./world.ts";

interface Route {
  readonly target: Exclude<FaultTarget, "any">;
  readonly run: Endpoint;
}

const ROUTES: ReadonlyMap<string, Route> = new Map([
  ["/cgi-bin/token", { target: "token", run: getToken }],
  ["/cgi-bin/stable_token", { target: "token", run: getStableToken }],
  ["/cgi-bin/message/custom/send", { target: "send", run: sendMessage }],
  ["/cgi-bin/message/custom/business/typing", { target: "typing", run: setTyping }],
  ["/cgi-bin/media/upload", { target: "upload", run: uploadMedia }],
  ["/cgi-bin/media/get", { target: "download", run: downloadMedia }],
  ["/cgi-bin/openapi/quota/get", { target: "quota", run: getQuota }],
  ["/cgi-bin/callback/check", { target: "callback", run: checkCallback }],
]);

/** A recorded call whose answer is filled in later. */
type OpenCall = { -readonly [Field in keyof CallRecord]: CallRecord[Field] };

/**
 * How long a call waits without an answer before its connection breaks, when the API is simulated as dead,
 * milliseconds.
 */
const DEAD_MS = 120_000;

/**
 * An answer with its values for the record of calls. The status is null when the connection breaks, the errcode is null
 * when the answer has none.
 */
interface Answer {
  readonly response: Response;
  readonly status: number | null;
  readonly errcode: number | null;
  /** The body for the traffic list. */
  readonly body: Uint8Array | string;
}

/** Serves one API call. Rejects, as fetch does, when the caller's signal fires first. */
export async function serveApi(world: World, request: Request): Promise<Response> {
  const at = world.now();
  const startedAt = world.ports.now();
  const url = new URL(request.url);
  const body = new Uint8Array(await request.arrayBuffer());
  const call: ApiCall = { method: request.method, url, contentType: request.headers.get("content-type") ?? "", body };
  const route = ROUTES.get(url.pathname);
  const appid = claimedAppid(world, call);
  const fault = route === undefined ? null : world.records.faults.strike(route.target, appid);
  // Recorded on arrival, so that unanswered calls are recorded too, and in order of arrival.
  const openid = namedUser(call);
  const { method } = call;
  const entry: OpenCall = { at, appid, openid, method, path: url.pathname, status: null, errcode: null, ms: 0 };
  if (fault !== null) entry.fault = fault.fault;
  world.records.calls.push(entry);
  const close = world.records.traffic.open({
    kind: "api",
    at,
    appid,
    openid,
    label: url.pathname,
    request: wireRequest(request, body),
    ...(fault !== null && { fault: fault.fault }),
  });

  const answer = await answerCall(world, route, call, fault);
  const isInTime = await waitFor(world, delayOf(world, fault), request.signal);
  entry.ms = world.ports.now() - startedAt;
  close(isInTime ? endOf(answer) : { response: null, verdict: "broken", problem: "the caller closed the connection" });
  if (!isInTime) throw request.signal.reason;
  entry.status = answer.status;
  entry.errcode = answer.errcode;
  return answer.response;
}

/** Returns the fields of the traffic record that are set when the call ends. */
function endOf({ response, status, errcode, body }: Answer): TrafficEnd {
  if (status === null) return { response: null, verdict: "broken", problem: "the connection broke" };
  const shown = wireResponse(status, response.headers, body);
  if (errcode === null) return { response: shown, verdict: "http" };
  return { response: shown, verdict: errcode === 0 ? "ok" : "errcode", errcode };
}

/**
 * Executes the call, unless a fault prevents it, and builds the answer. A slow call is executed on arrival, so its
 * message is sent even when the caller stops waiting.
 */
async function answerCall(
  world: World,
  route: Route | undefined,
  call: ApiCall,
  fault: FaultRequest | null,
): Promise<Answer> {
  if (route === undefined) return respond(world, { errcode: 40066 });
  switch (fault?.fault) {
    case "dead":
      return brokenAnswer(world);
    case "http":
      return { response: new Response("", { status: fault.status }), status: fault.status, errcode: null, body: "" };
    case "errcode":
      return respond(world, { errcode: fault.errcode }, fault.errmsg);
    case "drop":
      if (fault.when === "after") await route.run(world, call);
      return brokenAnswer(world);
    default: // no fault, or a slow answer, which `delayOf` implements
      return respond(world, await route.run(world, call));
  }
}

function respond(world: World, outcome: ApiOutcome, errmsg?: string): Answer {
  if ("media" in outcome) {
    const { media, name } = outcome;
    const headers = { "content-type": media.type, "content-disposition": `attachment; filename="${name}"` };
    return { response: new Response(media.bytes, { headers }), status: 200, errcode: 0, body: media.bytes };
  }
  if ("json" in outcome) return respondJson(outcome.json, 0);
  return respondJson(errorBody(outcome.errcode, world.ports.randomBytes(12), errmsg), outcome.errcode);
}

function respondJson(json: object, errcode: number): Answer {
  return { response: Response.json(json), status: 200, errcode, body: JSON.stringify(json) };
}

/** Returns a response whose connection breaks during the body: reading it fails, as when the server is gone. */
function brokenAnswer(world: World): Answer {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("{"));
    },
    async pull(controller) {
      // A short wait, so that the first byte is sent; otherwise a development proxy turns the failure into a regular
      // 500.
      await world.ports.sleep(10);
      controller.error(new Error("the emulator dropped the connection"));
    },
  });
  return { response: new Response(body), status: null, errcode: null, body: "" };
}

function delayOf(world: World, fault: FaultRequest | null): number {
  const { latencyMs } = world.records.switches;
  if (fault?.fault === "slow") return latencyMs + fault.delayMs;
  return fault?.fault === "dead" ? DEAD_MS : latencyMs;
}

/** Waits `ms` milliseconds, or until the caller disconnects. @returns whether the caller is still connected */
async function waitFor(world: World, ms: number, signal: AbortSignal): Promise<boolean> {
  if (ms > 0) await world.ports.sleep(ms, signal);
  return !signal.aborted;
}

/**
 * Returns the app of a call, authenticated or not: by its access token, otherwise by the appid in the request; null
 * when neither names a known app.
 */
function claimedAppid(world: World, call: ApiCall): string | null {
  const owner = world.tokens.ownerOf(call.url.searchParams.get("access_token"));
  if (owner !== null) return owner;
  const named = call.url.searchParams.get("appid") ?? appidInBody(call);
  return typeof named === "string" && world.apps.has(named) ? named : null;
}

function appidInBody(call: ApiCall): unknown {
  return fieldOfBody(call, "appid");
}

function namedUser(call: ApiCall): string | null {
  const touser = fieldOfBody(call, "touser");
  return typeof touser === "string" ? touser : null;
}

function fieldOfBody(call: ApiCall, name: string): unknown {
  const json = parseJson(decodeUtf8(call.body) ?? "");
  return isJsonObject(json) ? json[name] : undefined;
}
