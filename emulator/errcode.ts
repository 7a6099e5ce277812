/**
 * The platform's error codes that the emulator returns, and their texts (WECHAT.md §4.5). A client must use the code
 * only, because the text ends with a request id, as on the platform.
 */
import { Buffer } from "node:buffer";

/** The outcome of an endpoint that refuses a call. */
export interface ApiError {
  readonly errcode: number;
}

const TEXTS: Readonly<Record<number, string>> = {
  [-1]: "system error",
  40001: "invalid credential, access_token is invalid or not latest",
  40002: "invalid grant_type",
  40003: "invalid openid",
  40004: "invalid media type",
  40005: "invalid file type",
  40007: "invalid media_id",
  40008: "invalid message type",
  40009: "invalid image size",
  40013: "invalid appid",
  40014: "invalid access_token",
  40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
  40066: "invalid url",
  40125: "invalid appsecret",
  40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
  40201: "callback url is not set",
  41001: "access_token missing",
  41002: "appid missing",
  41004: "appsecret missing",
  41005: "media data missing",
  42001: "access_token expired",
  43001: "require GET method",
  43002: "require POST method",
  44001: "empty media data",
  44002: "empty post data",
  44004: "empty content",
  45001: "media size out of limit",
  45002: "content size out of limit",
  45009: "reach max api daily quota limit",
  45011: "api minute-quota reach limit, must slower, retry next minute",
  45015: "response out of time limit or subscription is canceled",
  45047: "out of response count limit",
  45072: "invalid typing command",
  45080: "no message exchanged with the user in the last 30 seconds",
  45081: "already typing",
  45162: "invalid type hint",
  47001: "data format error",
  48001: "api unauthorized",
  48004: "api forbidden",
  50002: "user limited",
  76021: "cgi_path not found",
};

/** Builds the JSON of an error: the code, and a text with a request id made of 12 random bytes. */
export function errorBody(errcode: number, random: Uint8Array, errmsg?: string): { errcode: number; errmsg: string } {
  const hex = Buffer.from(random).toString("hex").padEnd(24, "0");
  const rid = `${hex.slice(0, 8)}-${hex.slice(8, 16)}-${hex.slice(16, 24)}`;
  return { errcode, errmsg: `${errmsg ?? TEXTS[errcode] ?? "error"} rid: ${rid}` };
}
