/**
 * One call of api.weixin.qq.com, with the rules every call shares: end before a deadline, replace a refused token and make
 * the request exactly once more (WECHAT.md §4.5, §6.1).
 *
 * Errors of `fetch` are turned into facts and dropped on purpose: their text may contain the URL, and the URL
 * contains the token.
 */
import { err, type Result } from "../../../../shared/base/result.ts";
import { openDeadline, TIMED_OUT, type Deadline } from "../../../platform/deadline.ts";
import type { AccessProblem, AccessSource, AccessUse, RefusedAttempt, TokenProblem } from "../../access.ts";
import { describeCode } from "../errcode.ts";
import type { BadResponse, Refusal } from "./response.ts";

/** The body of a request. */
export interface FetchInit {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** A redirect is never followed: it would carry the token, and repeat the POST, elsewhere. */
  readonly redirect: "manual";
}

/** The part of `fetch` that calls use. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** What calls need from outside. */
export interface ApiDeps {
  /** Origin of the API without a trailing slash, for example `https://api.weixin.qq.com`. */
  readonly apiBase: string;
  readonly fetch: Fetch;
  /** The clock, epoch ms. */
  readonly now: () => number;
  readonly access: AccessSource;
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
  /** The use of the token. */
  readonly use: AccessUse;
  /** Of custom/send: the attempt, so that one message cannot have the token replaced repeatedly. */
  readonly attempt?: RefusedAttempt;
}

/** Why a call did not succeed. */
export type ApiFailure =
  | Refusal
  | BadResponse
  /** The account is paused: no request was sent. */
  | Extract<AccessProblem, { readonly reason: "paused" }>
  /** No token, or WeChat refused it and there is no other: certainly not done. */
  | { readonly reason: "no_token"; readonly problem: TokenProblem }
  /** Too little time left to begin, or it ran out before a usable token came: certainly not done. */
  | { readonly reason: "lease_over" }
  /** The request was sent and no answer came in time, or the connection broke: the outcome is unknown. */
  | { readonly reason: "timeout" | "network" };

/** With less time left before the deadline no request is sent, milliseconds. */
const MIN_LEFT_MS = 500;
/** How long before the caller's deadline a request is aborted, milliseconds. */
const ABORT_MARGIN_MS = 250;

/**
 * Calls the API.
 *
 * @param deps base, fetch, clock, source of the token
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
    return await callWithToken({ deps, request, read, deadline });
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
  const { access } = call.deps;
  const { use, attempt: refused } = call.request;
  const token = await waitForToken(call, access.current(use));
  if (!token.ok) return token;
  const first = await attempt(call, token.value);
  if (first.ok || first.error.reason !== "refused") return first;
  if (describeCode(first.error.code).replacesToken !== true) return first;
  const renewed = await waitForToken(call, access.replace(token.value, use, refused));
  if (!renewed.ok) return renewed;
  return renewed.value === token.value ? first : attempt(call, renewed.value);
}

/** Waits for a token, not longer than the deadline allows. */
async function waitForToken<T>(
  { deps, request, deadline }: Call<T>,
  asked: Promise<Result<string, AccessProblem>>,
): Promise<Result<string, ApiFailure>> {
  const token = await Promise.race([asked, deadline.overdue]);
  if (token === TIMED_OUT || request.deadline - deps.now() < MIN_LEFT_MS) return err({ reason: "lease_over" });
  if (token.ok) return token;
  return err(token.error.reason === "paused" ? token.error : { reason: "no_token", problem: token.error });
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
