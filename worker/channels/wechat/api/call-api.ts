/**
 * Makes one call of api.weixin.qq.com, with the rules common to all calls: end before a deadline; replace a refused
 * token and repeat the request exactly once (WECHAT.md §4.5, §6.1).
 *
 * Errors thrown by `fetch` are mapped to reason codes and never logged or rethrown: their text may contain the URL, and
 * the URL contains the token.
 */
import { err, type Result } from "../../../../shared/base/result.ts";
import type { CallFailure, PauseReach, Reaction } from "../../../../shared/message/delivery.ts";
import { openDeadline, TIMED_OUT, type Deadline } from "../../../platform/deadline.ts";
import type { AccessProblem, AccessSource, AccessUse, RefusedAttempt } from "../../access.ts";
import type { BadResponse, Refusal } from "./response.ts";

/** The options of `fetch` that calls use. */
export interface FetchInit {
  readonly method: "GET" | "POST";
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal;
  /** A redirect is never followed: it would send the token, and repeat the POST, to another host. */
  readonly redirect: "manual";
}

/** The part of `fetch` that calls use. */
export type Fetch = (url: string, init: FetchInit) => Promise<Response>;

/** The name of a platform's code and the reaction to it. */
export interface CodeEntry {
  /** A stable short name in snake case. */
  readonly name: string;
  readonly reaction: Reaction;
  /** What the pause stops, if the code causes one when it is the answer to a send; absent when it causes none. */
  readonly reach?: PauseReach;
  /** Set when the code refuses the access token: the token is replaced and the request is sent once more. */
  readonly replacesToken?: true;
}

/** Returns the entry of a platform's code; an unknown code has an entry too. */
export type CodeTable = (code: string) => Promise<CodeEntry>;

/** The injected dependencies of a call. */
export interface CallDeps {
  /** The origin of the API without a trailing slash, for example `https://api.weixin.qq.com`. */
  readonly apiBase: string;
  readonly fetch: Fetch;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  readonly access: AccessSource;
}

/** The dependencies of a call, with the codes of the API that is called. */
export interface ApiDeps extends CallDeps {
  readonly codes: CodeTable;
}

/** One call of the API, without the access token. */
export interface ApiRequest {
  readonly method: "GET" | "POST";
  /** For example `/cgi-bin/message/custom/send`. */
  readonly path: string;
  /** Query parameters other than access_token. */
  readonly query?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  /** Epoch ms; the request is aborted shortly before it. */
  readonly deadline: number;
  /** What the token is used for. */
  readonly use: AccessUse;
  /** Set for custom/send: the attempt, so that one message cannot cause repeated token replacements. */
  readonly attempt?: RefusedAttempt;
}

/** The minimum time before the deadline at which a request is still sent, milliseconds. */
const MIN_LEFT_MS = 500;
/** How long before the caller's deadline a request is aborted, milliseconds. */
const ABORT_MARGIN_MS = 250;
/** The failure when too little time is left to start a request, at the beginning or after waiting for the token. */
const LEASE_OVER = err({ result: "not_sent", reason: "lease_over" });

/**
 * Calls the API.
 *
 * @param deps base address, fetch, clock, access source, codes
 * @param request the call
 * @param read reads the response; what it returns after the deadline is ignored
 * @returns the value of `read`, or the failure; a rejection has `reach` only when it is the answer to a send
 */
export async function callApi<T>(
  deps: ApiDeps,
  request: ApiRequest,
  read: (response: Response) => Promise<Result<T, Refusal | BadResponse>>,
): Promise<Result<T, CallFailure>> {
  const leftMs = request.deadline - deps.now();
  if (leftMs < MIN_LEFT_MS) return LEASE_OVER;
  const deadline = openDeadline(leftMs - ABORT_MARGIN_MS);
  try {
    return await callWithToken({ deps, request, read, deadline });
  } finally {
    deadline.close();
  }
}

/** Returns the failure of a call for which no token is available. */
export function toCallFailure(problem: AccessProblem): CallFailure {
  switch (problem.reason) {
    case "paused":
      return { result: "not_sent", ...problem };
    case "refused": {
      const { code, until } = problem;
      return { result: "not_sent", reason: "no_token", ...(until !== undefined && { until }), code };
    }
    case "unreachable":
      return { result: "not_sent", reason: "no_token", ...(problem.until !== undefined && { until: problem.until }) };
    case "limited":
      return { result: "not_sent", reason: "no_token", until: problem.until, isLimited: true };
  }
}

interface Call<T> {
  readonly deps: ApiDeps;
  readonly request: ApiRequest;
  readonly read: (response: Response) => Promise<Result<T, Refusal | BadResponse>>;
  readonly deadline: Deadline;
}

/**
 * Sends the request. When WeChat refuses the token, replaces it and sends the request exactly once more, unless the
 * access source returns the same token again.
 */
async function callWithToken<T>(call: Call<T>): Promise<Result<T, CallFailure>> {
  const { access, codes } = call.deps;
  const { use, attempt: refused } = call.request;
  const token = await waitForToken(call, access.current(use));
  if (!token.ok) return token;
  const first = await attempt(call, token.value);
  if (first.ok || first.error.result !== "rejected") return first;
  const { replacesToken } = await codes(first.error.code);
  if (replacesToken !== true) return first;
  const renewed = await waitForToken(call, access.replace(token.value, use, refused));
  if (!renewed.ok) return renewed;
  return renewed.value === token.value ? first : attempt(call, renewed.value);
}

/** Waits for a token until the deadline at most; fails when less than `MIN_LEFT_MS` is left after that. */
async function waitForToken<T>(
  { deps, request, deadline }: Call<T>,
  asked: Promise<Result<string, AccessProblem>>,
): Promise<Result<string, CallFailure>> {
  const token = await Promise.race([asked, deadline.overdue]);
  if (token === TIMED_OUT || request.deadline - deps.now() < MIN_LEFT_MS) return LEASE_OVER;
  return token.ok ? token : err(toCallFailure(token.error));
}

async function attempt<T>(call: Call<T>, token: string): Promise<Result<T, CallFailure>> {
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
    return outcome === TIMED_OUT ? unconfirmed("timeout") : outcome;
  } catch {
    return unconfirmed(signal.aborted ? "timeout" : "network");
  }
}

async function fetchAndRead<T>(
  { deps, request, read }: Call<T>,
  url: string,
  init: FetchInit,
): Promise<Result<T, CallFailure>> {
  const answer = await read(await deps.fetch(url, init));
  if (answer.ok) return answer;
  if (answer.error.reason === "bad_response") return unconfirmed("bad_response");
  const { code } = answer.error;
  const { name, reaction, reach } = await deps.codes(code);
  const pauses = request.use === "send" && reach !== undefined;
  return err({ result: "rejected", code, name, reaction, ...(pauses && { reach }) });
}

/** Returns the failure of a request that was sent and whose outcome is unknown. */
function unconfirmed(reason: Extract<CallFailure, { readonly result: "unconfirmed" }>["reason"]) {
  return err({ result: "unconfirmed", reason });
}
