/**
 * What the endpoints of the emulated api.weixin.qq.com share: a call with its body already read, their possible
 * outcomes, and the checks most of them begin with.
 */
import { decodeUtf8 } from "./crypto.ts";
import type { ApiError } from "./errcode.ts";
import { parseJson } from "./wire.ts";
import type { Media, World } from "./world.ts";

/** One call. */
export interface ApiCall {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The outcome of an endpoint: JSON, the bytes of a picture, or an errcode. */
export type ApiOutcome = ApiError | { readonly json: object } | { readonly media: Media; readonly name: string };

/** An endpoint; its only input is the call. */
export type Endpoint = (world: World, call: ApiCall) => ApiOutcome | Promise<ApiOutcome>;

/** A JSON object from outside. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The app of the call's access_token (40014, 40001, 42001, 41001). */
export function callerOf(world: World, call: ApiCall): { readonly appid: string } | ApiError {
  return world.tokens.check(call.url.searchParams.get("access_token"), world.now());
}

/** The body as text and as the JSON object it must be (44002, 47001). */
export function readJsonBody(call: ApiCall): { readonly text: string; readonly json: JsonObject } | ApiError {
  if (call.body.length === 0) return { errcode: 44002 };
  const text = decodeUtf8(call.body);
  const json = text === null ? undefined : parseJson(text);
  return text !== null && isJsonObject(json) ? { text, json } : { errcode: 47001 };
}

/** Narrows to an object that is not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
