/**
 * Makes one POST of JSON to a URL that the team has configured, and returns its outcome. The URL is checked each time,
 * redirects are never followed, and an answer longer than a limit is an error.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import { openDeadline, TIMED_OUT } from "./deadline.ts";
import { readBytes } from "./http-body.ts";
import { checkWebhookUrl } from "./public-url.ts";

/** The options of a request. */
export interface PostInit {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly signal: AbortSignal;
  readonly redirect: "manual";
}

/** The injected dependencies. */
export interface PostDeps {
  readonly fetch: (url: string, init: PostInit) => Promise<Response>;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** WEBHOOK_ALLOW_PRIVATE: whether http and private addresses are allowed. */
  readonly allowPrivate: boolean;
}

/** One request. */
export interface Post {
  readonly url: string;
  /** Headers in addition to content type and user agent. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The body, JSON. */
  readonly body: string;
  readonly timeoutMs: number;
  /** The maximum number of bytes read from the answer; 0: the answer is not read. */
  readonly maxAnswerBytes: number;
  /** Whether an answer with a status of 400 and above is read as well. */
  readonly readsRefusals?: true;
}

/** Why a request did not succeed. */
export interface PostFailure {
  readonly reason:
    | "timeout"
    | "network"
    | "redirected"
    /** 410: the endpoint accepts no more requests. */
    | "gone"
    /** 400, 413, 415, 422: the endpoint will never accept this request. */
    | "refused"
    /** Any other status. */
    | "status"
    | "answer_too_large"
    /** The URL is not allowed: no request was sent. */
    | "url_refused";
  readonly status?: number;
  /**
   * With `readsRefusals`: the text of an answer with a status of 400 and above; absent when it is longer than
   * `maxAnswerBytes`.
   */
  readonly answer?: string;
  /** The Retry-After of an answer with the reason `status`, milliseconds; absent when it has no valid one. */
  readonly retryAfterMs?: number;
}

/** Statuses with which an endpoint rejects the request itself. */
const REFUSALS: ReadonlySet<number> = new Set([400, 413, 415, 422]);

/**
 * Sends a request.
 *
 * @returns the text of its answer (empty when the answer is not read), or why the request did not succeed; never
 *   rejects
 */
export async function postJson(deps: PostDeps, post: Post): Promise<Result<string, PostFailure>> {
  const url = checkWebhookUrl(post.url, deps.allowPrivate);
  if (!url.ok) return err({ reason: "url_refused" });
  const deadline = openDeadline(post.timeoutMs);
  const init: PostInit = {
    method: "POST",
    headers: { "content-type": "application/json", "user-agent": "edge-kefu", ...post.headers },
    body: post.body,
    signal: deadline.signal,
    redirect: "manual",
  };
  try {
    const outcome = await Promise.race([exchange(deps, url.value.href, init, post), deadline.overdue]);
    return outcome === TIMED_OUT ? err({ reason: "timeout" }) : outcome;
  } catch {
    // The text of a fetch error quotes the URL, which may contain a key, so it is discarded; only the kind of failure
    // is returned.
    return err({ reason: deadline.signal.aborted ? "timeout" : "network" });
  } finally {
    deadline.close();
  }
}

async function exchange(
  deps: PostDeps,
  url: string,
  init: PostInit,
  { maxAnswerBytes, readsRefusals }: Post,
): Promise<Result<string, PostFailure>> {
  const response = await deps.fetch(url, init);
  const failure = failureOf(response, deps.now());
  if (failure === undefined && maxAnswerBytes > 0) return readAnswer(response, maxAnswerBytes);
  if (failure !== undefined && readsRefusals === true && response.status >= 400) {
    const answer = await readAnswer(response, maxAnswerBytes);
    return err(answer.ok ? { ...failure, answer: answer.value } : failure);
  }
  await response.body?.cancel();
  return failure === undefined ? ok("") : err(failure);
}

function failureOf(response: Response, now: number): PostFailure | undefined {
  const { status } = response;
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return { reason: "redirected", status };
  if (status === 410) return { reason: "gone", status };
  if (REFUSALS.has(status)) return { reason: "refused", status };
  const retryAfterMs = readRetryAfter(response.headers.get("retry-after"), now);
  return { reason: "status", status, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/**
 * Parses Retry-After, seconds or a date (RFC 9110 §10.2.3). Returns milliseconds; undefined when it is absent or
 * invalid.
 */
function readRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined;
}

async function readAnswer(response: Response, maxBytes: number): Promise<Result<string, PostFailure>> {
  const bytes = await readBytes(response, maxBytes);
  return bytes.ok ? ok(new TextDecoder().decode(bytes.value)) : err({ reason: "answer_too_large" });
}
