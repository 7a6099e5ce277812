/**
 * Makes one signed POST to a team's endpoint and returns its outcome. Webhooks are called only here: the URL is checked
 * each time, redirects are never followed, and the answer is neither trusted nor logged.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import { openDeadline, TIMED_OUT } from "../platform/deadline.ts";
import { readBytes } from "../platform/http-body.ts";
import { checkWebhookUrl } from "../platform/public-url.ts";
import { signWebhook } from "./sign.ts";

/** The options of a request. */
export interface WebhookInit {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly redirect: "manual";
}

/** The injected dependencies. */
export interface WebhookCallDeps {
  readonly fetch: (url: string, init: WebhookInit) => Promise<Response>;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** The signing secrets: the current one, then the previous one during a rotation. */
  readonly secrets: readonly string[];
  readonly allowPrivate: boolean;
}

/** One call. */
export interface WebhookCall {
  readonly url: string;
  /** The `webhook-id`: the same for every repeat of the call. */
  readonly id: string;
  /** The body, JSON. */
  readonly body: string;
  readonly timeoutMs: number;
  /** The maximum number of bytes read from the answer; 0: the answer is not read. */
  readonly maxAnswerBytes: number;
}

/** Why a call did not succeed. */
export interface WebhookFailure {
  readonly reason:
    | "timeout"
    | "network"
    | "redirected"
    /** 410: the endpoint accepts no more events. */
    | "gone"
    /** 400, 413, 415, 422: the endpoint will never accept this request. */
    | "refused"
    /** Any other status. */
    | "status"
    | "answer_too_large"
    /** The URL is not allowed: no request was sent. */
    | "url_refused";
  readonly status?: number;
  /** The Retry-After of a 429 or 503, milliseconds. */
  readonly retryAfterMs?: number;
}

/** The maximum size of an answer to a question, bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/** Statuses with which an endpoint rejects the request itself. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * Calls an endpoint.
 *
 * @returns the text of its answer; empty when the answer is not read
 */
export async function callWebhook(deps: WebhookCallDeps, call: WebhookCall): Promise<Result<string, WebhookFailure>> {
  const url = checkWebhookUrl(call.url, deps.allowPrivate);
  if (!url.ok) return err({ reason: "url_refused" });
  const timestamp = Math.floor(deps.now() / 1_000);
  const signature = await signWebhook(deps.secrets, { id: call.id, timestamp, body: call.body });
  const deadline = openDeadline(call.timeoutMs);
  const init: WebhookInit = {
    method: "POST",
    headers: {
      "content-type": "application/json",
      "user-agent": "edge-kefu",
      "webhook-id": call.id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature,
    },
    body: call.body,
    signal: deadline.signal,
    redirect: "manual",
  };
  try {
    const outcome = await Promise.race([exchange(deps, url.value.href, init, call.maxAnswerBytes), deadline.overdue]);
    return outcome === TIMED_OUT ? err({ reason: "timeout" }) : outcome;
  } catch {
    // The text of a fetch error quotes the URL, which may contain a key, so it is discarded; only the kind of failure
    // is returned.
    return err({ reason: deadline.signal.aborted ? "timeout" : "network" });
  } finally {
    deadline.close();
  }
}

/**
 * Sends a webhook question: `callWebhook` with its dependencies bound.
 *
 * @returns undefined without a secret to sign with
 */
export function createAsk(deps: WebhookCallDeps) {
  if (deps.secrets.length === 0) return undefined;
  return (url: string, id: string, body: string, timeoutMs: number) =>
    callWebhook(deps, { url, id, body, timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES });
}

async function exchange(
  deps: WebhookCallDeps,
  url: string,
  init: WebhookInit,
  maxBytes: number,
): Promise<Result<string, WebhookFailure>> {
  const response = await deps.fetch(url, init);
  const failure = failureOf(response, deps.now());
  if (failure !== undefined || maxBytes === 0) {
    await response.body?.cancel();
    return failure === undefined ? ok("") : err(failure);
  }
  return readAnswer(response, maxBytes);
}

function failureOf(response: Response, now: number): WebhookFailure | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return { reason: "redirected", status };
  if (status === 410) return { reason: "gone", status };
  if (REFUSALS.has(status)) return { reason: "refused", status };
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), now);
  return { reason: "status", status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** Parses Retry-After: seconds or a date (RFC 9110 §10.2.3). */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined;
}

async function readAnswer(response: Response, maxBytes: number): Promise<Result<string, WebhookFailure>> {
  const bytes = await readBytes(response, maxBytes);
  return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : err({ reason: "answer_too_large" });
}
