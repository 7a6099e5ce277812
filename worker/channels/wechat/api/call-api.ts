/**
 * One call of api.weixin.qq.com, with the rules every call shares: respect a pause, end before a deadline, replace
 * a refused token and send exactly once more, report trouble that concerns the whole app (WECHAT.md §4.5, §6.1).
 *
 * Errors of `fetch` are turned into facts and dropped on purpose: their text may contain the URL, and the URL
 * contains the token.
 */
import { err, type Result } from "../../../../shared/base/result.ts";
import { pauseCauseOf } from "../../../../shared/message/delivery.ts";
import { openDeadline, TIMED_OUT, type Deadline } from "../../../platform/deadline.ts";
import { describeCode } from "../errcode.ts";
import type { AppAccess, RefusedAttempt, TokenProblem, TokenSource } from "../token-source.ts";
import type { BadResponse, Refusal } from "./response.ts";

/** What a request carries. */
export interface FetchInit {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** A redirect is never followed: it would carry the token, and repeat the POST, elsewhere. */
  readonly redirect: "manual";
}

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** What calls need from outside. */
export interface ApiDeps {
  /** Origin of the API without a trailing slash, for example `https://api.weixin.qq.com`. */
  readonly apiBase: string;
  readonly fetch: Fetch;
  /** The clock, epoch ms. */
  readonly now: () => number;
  readonly tokens: TokenSource;
}

/** One call. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** For example `/cgi-bin/message/custom/send`. */
  readonly path: string;
  /** Query parameters beside access_token. */
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Epoch ms; the request is aborted shortly before it. */
  readonly deadline: number;
  /**
   * Whether this is custom/send. Its answers alone pause: what WeChat says of an upload, of typing or of a diagnosis
   * does not say whether messages can be sent.
   */
  readonly isSend: boolean;
  /** Of custom/send: the attempt, so that one message cannot pause the app again and again. */
  readonly attempt?: RefusedAttempt;
}

/** Why a call did not succeed. */
export type ApiFailure =
  | Refusal
  | BadResponse
  /** The app is paused: no request left. */
  | { readonly reason: "paused"; readonly until: number; readonly code?: string }
  /** No token, or WeChat refused it and there is no other: certainly not done. */
  | { readonly reason: "no_token"; readonly problem: TokenProblem }
  /** Too little time left to begin, or it ran out before a usable token came: certainly not done. */
  | { readonly reason: "lease_over" }
  /** The request left and no answer came in time, or the connection broke: the outcome is unknown. */
  | { readonly reason: "timeout" | "network" };

/** With less than this left before the deadline no request leaves, milliseconds. */
const MIN_LEFT_MS = 500;
/** How long before the caller's deadline a request is aborted, milliseconds. */
const ABORT_MARGIN_MS = 250;

/**
 * Calls the API.
 *
 * @param deps base, fetch, clock, token source
 * @param request what to call
 * @param read reads the response; runs under the deadline
 * @returns what `read` yields, or the reason
 */
export async function callApi<T>(
  deps: ApiDeps,
  request: ApiRequest,
  read: (response: Response) => Promise<Result<T, Refusal | BadResponse>>,
): Promise<Result<T, ApiFailure>> {
  const leftMs = request.deadline - deps.now();
  if (leftMs < MIN_LEFT_MS) return err({ reason: "lease_over" });
  const deadline = openDeadline(leftMs - ABORT_MARGIN_MS);
  try {
    const outcome = await callWithToken({ deps, request, read, deadline });
    if (outcome.ok || outcome.error.reason !== "refused" || !request.isSend) return outcome;
    const { code } = outcome.error;
    const cause = pauseCauseOf({ result: "rejected", code, ...describeCode(code) });
    if (cause === undefined) return outcome;
    const verdict = await Promise.race([deps.tokens.pause(cause, request.attempt), deadline.overdue]);
    return verdict === TIMED_OUT ? outcome : err({ ...outcome.error, ...verdict });
  } finally {
    deadline.close();
  }
}

interface Call<T> {
  readonly deps: ApiDeps;
  readonly request: ApiRequest;
  readonly read: (response: Response) => Promise<Result<T, Refusal | BadResponse>>;
  readonly deadline: Deadline;
}

/** The one token rule: a token WeChat refuses is replaced and the request sent exactly once more. */
async function callWithToken<T>(call: Call<T>): Promise<Result<T, ApiFailure>> {
  const { tokens } = call.deps;
  const access = await usableAccess(call, tokens.current());
  if (!access.ok) return access;
  const { token } = access.value;
  const first = await attempt(call, token);
  if (first.ok || first.error.reason !== "refused") return first;
  if (describeCode(first.error.code).replacesToken !== true) return first;
  const renewed = await usableAccess(call, tokens.replace(token, call.request.attempt));
  if (!renewed.ok) return renewed;
  return renewed.value.token === token ? first : attempt(call, renewed.value.token);
}

/** Waits for a token, not longer than the deadline allows, and looks at the pause that came with it. */
async function usableAccess<T>(
  call: Call<T>,
  asked: Promise<Result<AppAccess, TokenProblem>>,
): Promise<Result<AppAccess, ApiFailure>> {
  const { deps, request } = call;
  const access = await Promise.race([asked, call.deadline.overdue]);
  const now = deps.now();
  if (access === TIMED_OUT || request.deadline - now < MIN_LEFT_MS) return err({ reason: "lease_over" });
  if (!access.ok) return err({ reason: "no_token", problem: access.error });
  const { pausedUntil = 0, pauseCode, pauseReach } = access.value;
  if (pausedUntil <= now || (!request.isSend && pauseReach === "send")) return access;
  return err({
    reason: "paused",
    until: pausedUntil,
    ...(pauseCode === undefined ? {} : { code: pauseCode }),
  });
}

async function attempt<T>(call: Call<T>, token: string): Promise<Result<T, ApiFailure>> {
  const { deps, request } = call;
  const { signal, overdue } = call.deadline;
  const query = new URLSearchParams({ access_token: token, ...request.query }).toString();
  const init: FetchInit = {
    method: request.method,
    headers: request.contentType === undefined ? {} : { "content-type": request.contentType },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal,
    redirect: "manual",
  };
  const answered = fetchAndRead(call, `${deps.apiBase}${request.path}?${query}`, init);
  try {
    const outcome = await Promise.race([answered, overdue]);
    return outcome === TIMED_OUT ? err({ reason: "timeout" }) : outcome;
  } catch {
    return err({ reason: signal.aborted ? "timeout" : "network" });
  }
}

async function fetchAndRead<T>(call: Call<T>, url: string, init: FetchInit): Promise<Result<T, Refusal | BadResponse>> {
  return call.read(await call.deps.fetch(url, init));
}
