/**
 * The page's calls of the REST API. The page and the server belong to one deployment, so only the shape of problems
 * is checked, not the shape of other answers.
 */
import type { ClosePreview, Commanded } from "../../shared/api/desk/commands.ts";
import type { SessionList } from "../../shared/api/desk/lists.ts";
import type { ReadInviteJson } from "../../shared/api/people.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import type { LogPage } from "../model/log.ts";
import type { ReadAt } from "./log-reader.ts";

/** An answer that is not 2xx, or a request that got no answer. */
export class ApiProblem extends Error {
  readonly status: number;
  /** The code of the problem; `unreachable`: there was no answer. */
  readonly code: string;
  /** The fields of the problem. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The time after which the server accepts a repeat, milliseconds; 0: the answer names none. */
  readonly retryAfterMs: number;

  constructor(status: number, code: string, facts: Readonly<Record<string, unknown>>, retryAfterMs = 0) {
    super(code);
    this.name = "ApiProblem";
    this.status = status;
    this.code = code;
    this.facts = facts;
    this.retryAfterMs = retryAfterMs;
  }
}

/** How long a request may take, milliseconds. */
const TIMEOUT_MS = 15_000;

interface CallOptions {
  readonly body?: unknown;
  readonly key?: string;
  /** Completes the request even when the page is closed. */
  readonly keepalive?: boolean;
}

/** Calls the API. @returns the JSON of the answer; undefined when the answer is not JSON @throws ApiProblem */
export async function call<T = unknown>(method: string, path: string, options: CallOptions = {}): Promise<T> {
  const { body, key, keepalive = false } = options;
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (key !== undefined) headers["idempotency-key"] = key;
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const payload = body === undefined ? null : JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(`/api/v1/${path}`, { method, headers, body: payload, signal, keepalive });
  } catch {
    throw new ApiProblem(0, "unreachable", {});
  }
  // Unchecked: the caller passes the type of the route's schema.
  if (response.ok) return (await response.json().catch(() => undefined)) as T;
  throw problemFrom(response.status, await response.json().catch(() => null), response.headers.get("retry-after"));
}

const signOutListeners = new Set<() => void>();

/**
 * Calls `onSignedOut` when an answer says that the agent is not signed in any more.
 *
 * @returns a function that ends that
 */
export function followSignOut(onSignedOut: () => void): () => void {
  signOutListeners.add(onSignedOut);
  return () => signOutListeners.delete(onSignedOut);
}

/**
 * Reads a problem, and reports one that means that the agent is not signed in.
 *
 * @param body the JSON of an answer that is not 2xx; null: it has none
 * @param retryAfter the header of the answer, in seconds; null: it has none
 */
export function problemFrom(status: number, body: unknown, retryAfter: string | null): ApiProblem {
  const facts: Readonly<Record<string, unknown>> = typeof body === "object" ? { ...body } : {};
  const { code } = facts;
  if (code === "unauthorized") for (const report of signOutListeners) report();
  const seconds = Number(retryAfter ?? 0);
  const retryAfterMs = seconds > 0 ? seconds * 1_000 : 0;
  return new ApiProblem(status, typeof code === "string" ? code : "unknown", facts, retryAfterMs);
}

/** The agent who is signed in. */
export interface Me {
  readonly id: string;
  readonly name: string;
}

/** Returns the account and the end of an invite, which stays valid. @throws ApiProblem */
export function readInvited(invite: string): Promise<ReadInviteJson> {
  return call<ReadInviteJson>("POST", "sign-in/invite/read", { body: { invite } });
}

/** Returns the agent who is signed in; null: not signed in. @throws ApiProblem */
export async function readMe(): Promise<Me | null> {
  try {
    return await call<Me>("GET", "me");
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return null;
    throw error;
  }
}

/** Reads rows of a conversation: the newest ones, those before a seq, or those after one. */
export function readLog(conversation: string, at: ReadAt, limit: number): Promise<LogPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  for (const [name, value] of Object.entries(at)) query.set(name, String(value));
  return call<LogPage>("GET", `conversations/${conversation}/messages?${query.toString()}`);
}

/** Returns a row without masks; the server records the access with its reason. @throws ApiProblem */
export async function unmaskRow(
  conversation: string,
  body: { readonly log: string; readonly seq: number; readonly reason: string },
): Promise<RowJson> {
  const { row } = await call<{ readonly row: RowJson }>("POST", `conversations/${conversation}/unmask`, { body });
  return row;
}

/** The id of a command, and the state of the session that it is based on. */
export interface SessionCommand {
  readonly id: string;
  readonly log: string;
  readonly session: number;
  readonly version: number;
}

/** Runs a command; when there is no answer, or a 503, repeats it once with the same id. */
export async function command(
  conversation: string,
  name: string,
  body: SessionCommand & Readonly<Record<string, unknown>>,
): Promise<Commanded> {
  const run = (): Promise<Commanded> => call<Commanded>("POST", `conversations/${conversation}/${name}`, { body });
  try {
    return await run();
  } catch (error) {
    if (error instanceof ApiProblem && (error.status === 0 || error.status === 503)) return run();
    throw error;
  }
}

/** Reads what closing a session sends to the user. @throws ApiProblem */
export function readClosePreview(conversation: string): Promise<ClosePreview> {
  return call<ClosePreview>("GET", `conversations/${conversation}/close`);
}

/** Reads a page of the sessions that have ended. */
export async function readClosed(
  query: string,
  after: string | null,
): Promise<Extract<SessionList, { view: "closed" }>> {
  const search = new URLSearchParams({ view: "closed", limit: "50" });
  if (query !== "") search.set("q", query);
  if (after !== null) search.set("after", after);
  return call("GET", `conversations?${search.toString()}`);
}

/**
 * Finds out why a picture did not load.
 *
 * @returns the code of the problem; null: none is known, loading may be repeated
 */
export async function findMediaProblem(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!response.ok) return problemFrom(response.status, await response.json(), null).code;
    await response.body?.cancel();
  } catch {
    // no connection, or an answer that is not a problem of the API
  }
  return null;
}

/** Returns the URL of a picture or file in a conversation. */
export function mediaUrl(conversation: string, mediaId: string): string {
  return `/api/v1/conversations/${conversation}/media/${encodeURIComponent(mediaId)}`;
}
