/**
 * One call over HTTP: with a timeout, retried while that can help, and never throwing. A retry has the same headers,
 * the Idempotency-Key included, so that a message whose answer was lost is not sent twice.
 */
import { encodePath, type Path } from "./path.ts";
import { aborted, invalidArgument, readProblem, unexpectedAnswer, unreachable } from "./problem.ts";
import type { Failure, Result } from "./types.ts";

/** The part of `fetch` that the client uses. */
export type FetchLike = (url: string, init: RequestInit) => Promise<Response>;

/** The options shared by all calls of a client. */
export interface Transport {
  /** Origin and path before `/api/v1`, without a slash at the end. */
  readonly base: string;
  readonly apiKey: string;
  /** `channel:account`. */
  readonly account: string | undefined;
  readonly appid: string | undefined;
  readonly fetch: FetchLike;
  /** The number of tries, at least 1. */
  readonly attempts: number;
  /** Timeout of one try, ms. */
  readonly timeoutMs: number;
  /** Resolves after `ms`, or when the signal aborts. */
  readonly wait: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A random number, 0 ≤ x < 1. */
  readonly random: () => number;
}

/** One call. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** The path after `/api/v1`, or after the base itself. */
  readonly path: Path;
  readonly isAtRoot?: boolean;
  readonly query?: Readonly<Record<string, number | string | undefined>>;
  /** The call is not about one mini program, so the client's own is not named. */
  readonly isOfDeployment?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Blob | Uint8Array<ArrayBuffer>;
  /** False: the call is not idempotent. */
  readonly repeat?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The shortest timeout of a try, ms, even when the client's own timeout is shorter. */
  readonly minTimeoutMs?: number;
}

/** The longest delay between two tries, ms; an answer with a longer Retry-After is returned to the caller. */
const MAX_PAUSE_MS = 20_000;
const FIRST_PAUSE_MS = 250;

/** 5xx answers that a retry would not change: WeChat refused. */
const FINAL_CODES: ReadonlySet<string> = new Set(["channel_refused"]);

type Try<T> = { readonly result: Result<T>; readonly retryAfterMs?: number | undefined };

/**
 * Makes a call.
 *
 * @param read parses a successful answer; undefined when it does not have the expected shape. It runs within the
 *   timeout of the try
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
    // The errors of fetch and bodies differ by runtime; each one means that no whole answer arrived.
    const isAborted = call.signal?.aborted === true;
    return { result: { ok: false, error: isAborted ? aborted() : unreachable(attempt) } };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The JSON of an answer; undefined when it is not JSON. An interrupted body rejects, like fetch.
 */
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
    // The API never redirects; the target of a redirect must not get the key.
    redirect: "manual",
    signal,
  };
}

/** Whether a retry of the same call may succeed. */
function isPassing({ code, status }: Failure): boolean {
  if (code === "unreachable") return true;
  return (status >= 500 || status === 429) && !FINAL_CODES.has(code);
}

/** Twice as long each time, randomly between half of it and all, so that clients do not retry together. */
function backoff(attempt: number, random: number): number {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** attempt, MAX_PAUSE_MS);
  return longest / 2 + (longest / 2) * random;
}

/** Seconds, as the worker sends them, or a date, as proxies may. */
function readRetryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, at - Date.now());
}
