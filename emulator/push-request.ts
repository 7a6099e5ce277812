/**
 * Builds a push as an HTTP request: query parameters, body by mode and format, signed and encrypted (WECHAT.md §1.3,
 * §1.4). Also builds the console's verification GET (§1.2).
 */
import { Buffer } from "node:buffer";
import { encrypt, sign } from "./crypto.ts";
import type { EmulatedApp } from "./model.ts";
import type { PushOverrides, VerifyRequest, WireTree } from "./push-model.ts";
import type { Delivery } from "./push-state.ts";
import { writeFields } from "./wire.ts";

/** One delivery, ready to be sent, with its body as sent and as plain text. */
export interface BuiltPush {
  readonly request: Request;
  readonly body: Uint8Array<ArrayBuffer> | string;
  /** Absent in plain mode, where both bodies are the same. */
  readonly plaintext?: Uint8Array<ArrayBuffer>;
}

/** Builds one delivery of a push. */
export function buildPushRequest(
  app: EmulatedApp,
  openid: string,
  fields: WireTree,
  overrides: PushOverrides,
  delivery: Delivery,
): BuiltPush {
  const mode = overrides.mode ?? app.mode;
  const timestamp = String(overrides.timestamp ?? delivery.timestamp);
  const plaintext = plaintextOf(app, fields, overrides);
  const url = new URL(app.pushUrl);
  url.searchParams.set("signature", overrides.signature ?? sign([app.token, timestamp, delivery.nonce]));
  url.searchParams.set("timestamp", timestamp);
  url.searchParams.set("nonce", delivery.nonce);
  if (mode === "plain") return { request: post(app, url, plaintext), body: plaintext };

  const encrypted = encrypt(app.aesKey, overrides.receiveId ?? app.appid, plaintext, delivery.random);
  url.searchParams.set("openid", openid);
  url.searchParams.set("encrypt_type", "aes");
  url.searchParams.set("msg_signature", overrides.signature ?? sign([app.token, timestamp, delivery.nonce, encrypted]));
  const envelope =
    mode === "compatible" ? { ...fields, Encrypt: encrypted } : { ToUserName: app.account, Encrypt: encrypted };
  const body = writeFields(envelope, app.format);
  return { request: post(app, url, body), body, plaintext };
}

/** Builds the verification GET; the echostr is always plain (WECHAT.md §1.2). */
export function buildVerifyRequest(
  app: EmulatedApp,
  request: VerifyRequest,
  echostr: string,
  delivery: Delivery,
): Request {
  const timestamp = String(delivery.timestamp);
  const url = new URL(app.pushUrl);
  url.searchParams.set("signature", request.signature ?? sign([app.token, timestamp, delivery.nonce]));
  url.searchParams.set("echostr", echostr);
  url.searchParams.set("timestamp", timestamp);
  url.searchParams.set("nonce", delivery.nonce);
  return new Request(url, { redirect: "manual" });
}

function plaintextOf(app: EmulatedApp, fields: WireTree, overrides: PushOverrides): Uint8Array<ArrayBuffer> {
  if (overrides.plaintextBase64 !== undefined) return new Uint8Array(Buffer.from(overrides.plaintextBase64, "base64"));
  return new Uint8Array(Buffer.from(overrides.plaintext ?? writeFields(fields, app.format)));
}

function post(app: EmulatedApp, url: URL, body: Uint8Array<ArrayBuffer> | string): Request {
  // The content type for JSON is unconfirmed (WECHAT.md §15.2); a worker should check the first byte instead.
  const contentType = app.format === "xml" ? "text/xml" : "application/json";
  // A redirect is not followed: any status but 200 is a failed delivery.
  return new Request(url, { method: "POST", headers: { "content-type": contentType }, body, redirect: "manual" });
}
