/**
 * Calls of the REST API as the tests make them: with a key, and every answer held against the OpenAPI document.
 */
import { exports } from "cloudflare:workers";
import { API_KEY, APPID, OTHER_APPID } from "../support/workerd.ts";
import { described } from "./api-contract.ts";

/** What a call may carry. */
export interface CallOptions {
  readonly body?: BodyInit;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: no Authorization header. */
  readonly key?: string | null;
  readonly appid?: string;
}

/** Calls and checks the answer against the document. */
export async function call(method: string, path: string, options: CallOptions = {}): Promise<Response> {
  const request = buildCall(method, path, options);
  return described(request, await exports.default.fetch(request.clone()));
}

/** Builds a call. */
export function buildCall(method: string, path: string, options: CallOptions = {}): Request {
  const { body, json, headers = {}, key = API_KEY, appid } = options;
  const url = new URL(path, "https://kefu.test");
  if (appid !== undefined) url.searchParams.set("appid", appid);
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

/** Sends a message, with a fresh Idempotency-Key unless one is given. */
export function send(openid: string, message: unknown, options: CallOptions & { readonly once?: string } = {}) {
  keys += 1;
  const headers = { "idempotency-key": options.once ?? `fresh-${keys}`, ...options.headers };
  return call("POST", `/api/v1/conversations/${openid}/messages`, { ...options, json: message, headers });
}

/** A JSON answer, for `toMatchObject`. */
export async function bodyOf(response: Response): Promise<Record<string, unknown>> {
  return response.json();
}

/** Settings that answer nothing by themselves, for both apps. */
export async function useSilentSettings(extra: Readonly<Record<string, unknown>> = {}): Promise<void> {
  for (const appid of [APPID, OTHER_APPID]) {
    const json = { fallback: { type: "silent" }, ...extra };
    const stored = await call("PUT", "/api/v1/settings", { json, appid, headers: { "if-match": "*" } });
    if (!stored.ok) throw new Error(await stored.text());
  }
}
