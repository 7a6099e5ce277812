/** Calls of the REST API for tests. Every answer is checked against the OpenAPI document. */
import { exports } from "cloudflare:workers";
import { API_KEY, APPID, fetchWith } from "../support/workerd.ts";
import { described } from "./api-contract.ts";

/** The options of a call. */
export interface CallOptions {
  readonly body?: BodyInit;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The API key; the tests' own by default. Null: no Authorization header. */
  readonly key?: string | null;
  /** The app that the query names. Null: none. By default the first app for conversations, none for other routes. */
  readonly appid?: string | null;
  /** Overrides of the worker's environment; see `fetchWith`. */
  readonly vars?: Readonly<Record<string, unknown>> | undefined;
}

/** Calls the API. @returns the answer @throws when the OpenAPI document does not describe it */
export async function call(method: string, path: string, options: CallOptions = {}): Promise<Response> {
  const request = buildCall(method, path, options);
  const { vars } = options;
  const sent = request.clone();
  return described(request, await (vars === undefined ? exports.default.fetch(sent) : fetchWith(vars, sent)));
}

/** Builds the request of a call. */
export function buildCall(method: string, path: string, options: CallOptions = {}): Request {
  const url = new URL(path, "https://kefu.test");
  const isAboutUser = url.pathname.startsWith("/api/v1/conversations/") && !url.searchParams.has("account");
  const { body, json, headers = {}, key = API_KEY, appid = isAboutUser ? APPID : null } = options;
  if (appid !== null) url.searchParams.set("appid", appid);
  const content = json === undefined ? body : JSON.stringify(json);
  return new Request(url, {
    method,
    headers: {
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(content === undefined ? {} : { body: content }),
  });
}

let keys = 0;

/** The body of a text message to send. */
export const HELLO = { type: "text", content: "您好" };

/** Sends a message, with a fresh Idempotency-Key unless one is given. */
export function send(openid: string, message: unknown, options: CallOptions & { readonly once?: string } = {}) {
  keys += 1;
  const headers = { "idempotency-key": options.once ?? `fresh-${keys}`, ...options.headers };
  return call("POST", `/api/v1/conversations/${openid}/messages`, { ...options, json: message, headers });
}

/** A picture of one pixel. */
export const PNG = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="),
  (character) => character.charCodeAt(0),
);

/** Uploads a picture. With "" as type, no Content-Type is set and fetch derives it from the body. */
export function upload(body: BodyInit = PNG, type = "image/png"): Promise<Response> {
  return call("POST", "/api/v1/media", { body, headers: type === "" ? {} : { "content-type": type } });
}

/** Parses a JSON answer, for `toMatchObject`. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return response.json();
}

/** Gets a message by the API. */
export async function messageOf(id: unknown): Promise<Record<string, unknown>> {
  return bodyOf(await call("GET", `/api/v1/messages/${String(id)}`));
}

/** Gets the state of a message by the API. */
export async function stateOf(id: unknown): Promise<unknown> {
  return (await messageOf(id))["state"];
}

/** Erases a user by the API. */
export function erase(openid: string): Promise<Response> {
  return call("DELETE", `/api/v1/conversations/${encodeURIComponent(openid)}`);
}

/** A report of `/healthz`. */
interface Health extends Record<string, unknown> {
  readonly status: string;
  /** What is wrong, for callers with an API key; absent for others. */
  readonly faults?: readonly Readonly<Record<string, unknown>>[];
}

/** Gets the report of `/healthz`. */
export async function health(options: CallOptions = {}): Promise<Health> {
  return (await call("GET", "/healthz", options)).json();
}

/** Gets the status of the first webhook; empty without webhooks. */
export async function hookStatus(): Promise<Readonly<Record<string, unknown>>> {
  const { webhooks } = await bodyOf(await call("GET", "/api/v1/webhooks"));
  return Array.isArray(webhooks) ? webhooks[0] : {};
}

/** Stores settings as the defaults of both apps, whatever version is stored. */
export function putSettings(defaults: unknown, options: CallOptions = {}): Promise<Response> {
  const headers = { "if-match": "*", ...options.headers };
  return call("PUT", "/api/v1/settings", { ...options, json: { defaults }, headers });
}

/** Stores settings without automatic replies. */
export async function useSilentSettings(extra: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const stored = await putSettings({ fallback: { type: "silent" }, ...extra });
  if (!stored.ok) throw new Error(await stored.text());
}
