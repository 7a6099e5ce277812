/**
 * Makes one HTTP call: with a timeout and with retries where they can help; never throws. A retry has the same headers,
 * including the Idempotency-Key, so a message whose response was lost is not sent twice.
 */
import { encodePath, type Path } from "./path.ts";
import { aborted, invalidArgument, readProblem, unexpectedAnswer, unreachable } from "./problem.ts";
import type { Failure, Result } from "./types.ts";

/** The part of `fetch` that the client uses. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** The options shared by all calls of a client. */
export interface Transport {
  /** Origin and path before `/api/v1`, without a trailing slash. */
  readonly base: string;
  readonly apiKey: string;
  /** `channel:account`; undefined: the caller gave none, and it is not sent. */
  readonly account: string | undefined;
  readonly appid: string | undefined;
  readonly fetch: FetchLike;
  /** The number of tries, at least 1. */
  readonly attempts: number;
  /** Timeout of one try, ms. */
  readonly timeoutMs: number;
  /** Resolves after `ms`, or when the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Returns a random number, 0 ≤ x < 1. */
  readonly random: () => number;
}

/** One call of the REST API. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** The path after `/api/v1`, or with `isAtRoot` after the base. */
  readonly path: Path;
  readonly isAtRoot?: boolean;
  readonly query?: Readonly<Record<string, number | string | undefined>>;
  /** The call concerns the deployment and not one mini program, so the client's account is not sent. */
  readonly isOfDeployment?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob | Uint8Array<ArrayBuffer>;
  /** False: the call is not idempotent and is not retried. */
  readonly repeat?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The minimum timeout of a try, ms: replaces a shorter timeout of the client. */
  readonly minTimeoutMs?: number;
}

/** Makes a call of one client: `request` with its transport. */
export type CallApi = <T>(call: Call, read: (response: Response) => Promise<T | undefined>) => Promise<Result<T>>;

/**
 * The longest delay between two tries, ms. A response with a longer Retry-After is returned to the caller without a
 * retry.
 */
const MAX_PAUSE_MS = 20_000;
const FIRST_PAUSE_MS = 250;

/** Codes of 5xx responses that a retry would not change: WeChat refused. */
const FINAL_CODES: ReadonlySet<string> = new Set(["channel_refused"]);

type Try<T> = { readonly result: Result<T>; readonly retryAfterMs?: number | undefined };

/**
 * Makes a call with at most `attempts` tries, one if `repeat` is false; only an error that may pass is retried.
 *
 * @param read parses a successful response and returns undefined when it does not have the expected shape; it runs
 * within the timeout of the try
 */
export async function request<T>(
  transport: Transport,
  call: Call,
  read: (response: Response) => Promise<T | undefined>,
): Promise<Result<T>> {
  const path = encodePath(call.path);
  if ("badField" in path) return { ok: false, error: invalidArgument(path.badField, "cannot be part of a URL") };
  const url = urlOf(transport, path.path, call);
  const attempts = call.repeat === false ? 1 : transport.attempts;
  for (let attempt = 1; ; attempt += 1) {
    const { result, retryAfterMs } = await tryOnce(transport, url, call, attempt, read);
    if (result.ok || attempt >= attempts || !isPassing(result.error)) return result;
    const pauseMs = retryAfterMs ?? backoff(attempt, transport.random());
    if (pauseMs > MAX_PAUSE_MS) return result;
    await transport.wait(pauseMs, call.signal);
    if (call.signal?.aborted === true) return { ok: false, error: aborted() };
  }
}

async function tryOnce<T>(
  transport: Transport,
  url: string,
  call: Call,
  attempt: number,
  read: (response: Response) => Promise<T | undefined>,
): Promise<Try<T>> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(), Math.max(transport.timeoutMs, call.minTimeoutMs ?? 0));
  const signal = call.signal === undefined ? time.signal : AbortSignal.any([call.signal, time.signal]);
  try {
    const response = await transport.fetch(url, initOf(transport, call, signal));
    if (!response.ok) {
      const retryAfterMs = readRetryAfter(response.headers.get("retry-after"));
      return { result: { ok: false, error: readProblem(response.status, await readJson(response)) }, retryAfterMs };
    }
    const value = await read(response);
    if (value === undefined) return { result: { ok: false, error: unexpectedAnswer(response.status) } };
    return { result: { ok: true, value } };
  } catch {
    // Errors of fetch and of bodies differ by runtime; each of them means that no complete response arrived.
    const isAborted = call.signal?.aborted === true;
    return { result: { ok: false, error: isAborted ? aborted() : unreachable(attempt) } };
  } finally {
    clearTimeout(timer);
  }
}

/** Returns the JSON of a response; undefined when it is not JSON. Rejects when the body is interrupted, like fetch. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function urlOf(
  { base, account, appid }: Transport,
  path: string,
  { query = {}, isAtRoot = false, isOfDeployment = false }: Call,
): string {
  const given = Object.entries({ ...(!isOfDeployment && { account, appid }), ...query }).filter(
    ([, value]) => value !== undefined,
  );
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `${base}${isAtRoot ? "" : "/api/v1"}${path}${search === "" ? "" : `?${search}`}`;
}

function initOf({ apiKey }: Transport, { method, headers, body }: Call, signal: AbortSignal): RequestInit {
  return {
    method,
    headers: { authorization: `Bearer ${apiKey}`, ...headers },
    ...(body === undefined ? {} : { body }),
    // The API never redirects; the target of a redirect must not receive the API key.
    redirect: "manual",
    signal,
  };
}

/** Returns whether a retry of the same call may succeed. */
function isPassing({ code, status }: Failure): boolean {
  if (code === "unreachable") return true;
  return (status >= 500 || status === 429) && !FINAL_CODES.has(code);
}

/**
 * Returns the delay before a retry, ms: random between half of a maximum and the maximum, so that clients do not retry
 * together. The maximum is 500 ms for the first retry and doubles with each further one, up to `MAX_PAUSE_MS`.
 */
function backoff(attempt: number, random: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
  return longest / 2 + (longest / 2) * random;
}

/**
 * Parses Retry-After: seconds, as the worker sends them, or a date, as proxies may.
 *
 * @returns ms; undefined when the header is missing or is neither
 */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
