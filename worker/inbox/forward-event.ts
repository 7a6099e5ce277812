/**
 * A stored push whose kind is forwarded: the team's own push server answers it, and what it says is relayed to the
 * platform (docs/design/forwarding.md). WeChat waits five seconds for everything: storing, forwarding, and keeping
 * the answer.
 */
import type { Context } from "hono";
import { scopeOf, type Inbound } from "../../shared/message/inbound.ts";
import type { AppConfig } from "../config/config.ts";
import type { ForwardConfig } from "../config/forwarding-config.ts";
import { conversationStub } from "../conversation/client.ts";
import { isForwardKind } from "../forwarding/core/kinds.ts";
import { isNewsOfForward, type ForwardMemory, type ForwardReport } from "../forwarding/core/server-health.ts";
import { FORWARDED_HEADER, forwardPush, type RelayedAnswer } from "../forwarding/forward-push.ts";
import { inTime } from "../platform/deadline.ts";
import { errorName, log } from "../platform/logger.ts";
import { callUntil } from "../platform/object-call.ts";
import type { AppEnv } from "../routes/http/app-env.ts";
import { directoryOf } from "./delivery/after-response.ts";
import type { ArrivedPush } from "./late-events.ts";
import { STORE_TIMEOUT_MS, type Accepted } from "./receive-event.ts";
import { connectApp } from "./services.ts";

/** The team's server has so long, milliseconds. */
const FORWARD_TIMEOUT_MS = 4_000;
/** And no longer than this after the push arrived, milliseconds. */
const FORWARD_END_MS = 4_500;
/** By then its answer is kept and on its way, milliseconds from arrival. */
const KEEP_END_MS = 4_900;
/** Timeout of a report of the server's health, milliseconds. */
const REPORT_TIMEOUT_MS = 1_500;

/** A push that is stored, or of an erased user, and to be forwarded. */
export interface StoredPush {
  readonly app: AppConfig;
  readonly inbound: Inbound;
  readonly arrived: ArrivedPush;
  readonly accepted: Accepted;
  /** The body as it came, encrypted or not. */
  readonly body: string;
}

/** The object that owns the push. */
interface PushOwner {
  relayed(key: string, answer: RelayedAnswer | null): Promise<RelayedAnswer | null>;
}

const memory: ForwardMemory = new Map();
const encoder = new TextEncoder();

/** Where a push is to be forwarded to; null: nowhere. */
export function forwardFor({ forward }: { readonly forward: ForwardConfig | null }, inbound: Inbound) {
  return forward !== null && isForwardKind(forward.kinds, inbound) ? forward : null;
}

/**
 * Forwards a stored push and answers with what the server says: 200, its content type and its bytes. A repeat gets the
 * same answer without being forwarded again. Without an answer: 500, and the platform repeats.
 */
export function relayPush(c: Context<AppEnv>, forward: ForwardConfig, push: StoredPush): Promise<Response> {
  const response = relay(c, forward, push);
  // Should WeChat hang up, the answer is kept for its repeat all the same.
  c.executionCtx.waitUntil(response);
  return response;
}

async function relay(c: Context<AppEnv>, forward: ForwardConfig, push: StoredPush): Promise<Response> {
  const started = Date.now();
  const { app, inbound, arrived, accepted } = push;
  const done = (outcome: string, status?: number) =>
    log("forward", {
      requestId: c.get("requestId"),
      app: app.appid,
      kind: inbound.kind,
      outcome,
      status,
      ms: Date.now() - started,
    });
  if (c.req.header(FORWARDED_HEADER) !== undefined) {
    log("forward_loop", {
      app: app.appid,
      cure: "WECHAT_FORWARD_URL leads back to this worker: set it to your own push server",
    });
    return c.text("loop detected", 508);
  }
  const owner = ownerOf(c, push);
  try {
    const before =
      accepted.outcome !== "new"
        ? await callUntil("relayed", arrived.arrivedAt + STORE_TIMEOUT_MS, () => owner().relayed(arrived.key, null))
        : null;
    if (before !== null) {
      done("replayed");
      return toResponse(before);
    }
    const answer = await forwardOnce(c, forward, push);
    if (!answer.ok) {
      done(answer.error.reason, answer.error.status);
      return c.text("try again", 500);
    }
    const deadline = arrived.arrivedAt + KEEP_END_MS;
    const kept = await callUntil("relayed", deadline, () => owner().relayed(arrived.key, answer.value));
    done("relayed");
    return toResponse(kept ?? answer.value);
  } catch (error) {
    // An answer that is not kept is not given: a repeat would be forwarded again and might get another one.
    done(errorName(error));
    return c.text("try again", 500);
  }
}

async function forwardOnce(c: Context<AppEnv>, forward: ForwardConfig, push: StoredPush) {
  const { allowPrivateWebhooks: allowPrivate } = c.get("config");
  const { app, arrived, body } = push;
  const deps = { fetch: (url: string, init: RequestInit) => fetch(url, init), allowPrivate };
  const timeoutMs = Math.min(FORWARD_TIMEOUT_MS, arrived.arrivedAt + FORWARD_END_MS - Date.now());
  const { url } = c.req;
  const query = url.indexOf("?");
  const raw = {
    search: query === -1 ? "" : url.slice(query),
    contentType: c.req.header("content-type"),
    // It was decoded as UTF-8 without a change, so these are the bytes that came.
    body: new Uint8Array(encoder.encode(body)),
  };
  const answer = await forwardPush(deps, forward.url, raw, Math.max(0, timeoutMs));
  const report: ForwardReport = answer.ok ? { ok: true } : { ok: false, ...answer.error };
  if (isNewsOfForward(memory, app.appid, report.ok, Date.now())) {
    c.executionCtx.waitUntil(reportForward(c, app, report));
  }
  return answer;
}

/** Notifies the account of how the server is doing, after the response. Never fails. */
async function reportForward(c: Context<AppEnv>, app: AppConfig, report: ForwardReport): Promise<void> {
  try {
    const { account } = connectApp(c.env, c.get("config"), app);
    await inTime(REPORT_TIMEOUT_MS, account().forwardHealth(report));
  } catch (error) {
    log("forward_not_reported", { app: app.appid, error: errorName(error) });
  }
}

/** A fresh stub each time: one whose connection broke stays broken. */
function ownerOf(c: Context<AppEnv>, { app, inbound }: StoredPush): () => PushOwner {
  if (scopeOf(inbound) === "app") return connectApp(c.env, c.get("config"), app).account;
  const owner = { appid: app.appid, openid: inbound.openid };
  return () => conversationStub(directoryOf(c), owner);
}

function toResponse({ contentType, body }: RelayedAnswer): Response {
  const headers = { "x-content-type-options": "nosniff", ...(contentType !== null && { "content-type": contentType }) };
  return new Response(body, { headers });
}
