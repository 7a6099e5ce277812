/**
 * The common parts of the endpoints of the emulated api.weixin.qq.com: a call whose body is already read, the possible
 * outcomes, and the checks most endpoints begin with.
 */
import { decodeUtf8 } from "./crypto.ts";
import type { ApiError } from "./errcode.ts";
import { parseJson } from "./wire.ts";
import type { Media, World } from "./world.ts";

/** An HTTP request to the API, with its body already read. */
export interface ApiCall {
  readonly method: string;
  readonly url: URL;
  readonly contentType: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The outcome of an endpoint: JSON, the bytes of a picture, or an errcode. */
export type ApiOutcome = ApiError | { readonly json: object } | { readonly media: Media; readonly name: string };

/** An endpoint of the emulated api.weixin.qq.com. */
export type Endpoint = (world: World, call: ApiCall) => ApiOutcome | Promise<ApiOutcome>;

/** A parsed JSON object whose fields are not validated. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Returns the app of the call's access_token, or its error (40014, 40001, 42001, 41001). */
export function callerOf(world: World, call: ApiCall): { readonly appid: string } | ApiError {
  return world.tokens.check(call.url.searchParams.get("access_token"), world.now());
}

/** Reads the body as text and as a JSON object; 44002 when it is empty, 47001 when it is not a JSON object in UTF-8. */
export function readJsonBody(call: ApiCall): { readonly text: string; readonly json: JsonObject } | ApiError {
  if (call.body.length === 0) return { errcode: 44002 };
  const text = decodeUtf8(call.body);
  const json = text === null ? undefined : parseJson(text);
  return text !== null && isJsonObject(json) ? { text, json } : { errcode: 47001 };
}

/** Returns whether a value is an object and not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
