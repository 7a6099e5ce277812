/**
 * Builds pushes as WeChat sends them, and variants: query, body, signature and encryption follow from mode and format
 * (WECHAT.md §1.2–1.4, §2.1), and each can be changed.
 */
import { randomBytes, randomInt } from "node:crypto";
import { encrypt, layOut, pad, sign } from "./crypt.ts";
import type { WireRequest } from "./http.ts";
import { writeFields, type PushFormat, type WireTree } from "./wire.ts";

/** The encryption mode that is set in WeChat's console (消息加解密方式). */
export type PushMode = "secure" | "compatible" | "plain";

/** The URL of pushes, and the keys they are signed and encrypted with. */
export interface PushTarget {
  readonly url: string;
  readonly appid: string;
  readonly token: string;
  /** Empty in plain mode, where nothing is encrypted. */
  readonly aesKey: string;
  readonly mode: PushMode;
  /** The original id, `gh_…`, pushes are addressed to. */
  readonly account: string;
}

/** The fields of a push: common ones, and others by name. */
export interface PushFields extends WireTree {
  readonly ToUserName: string;
  readonly FromUserName: string;
  readonly CreateTime: number | string;
  readonly MsgType: string;
}

/** A message of a user. */
export interface MessageFields extends PushFields {
  readonly MsgId: bigint;
}

/** The parameters of a query by name, in the order in which they are sent. */
export type Query = Readonly<Record<string, string>>;

/** The differences from a genuine push. */
export interface Twist {
  readonly mode?: PushMode;
  readonly timestamp?: string;
  readonly nonce?: string;
  /** The 16 random bytes before the message. */
  readonly random?: Uint8Array;
  readonly receiveId?: string;
  readonly aesKey?: string;
  /** The content that is sent or encrypted instead of the fields. */
  readonly content?: string | Uint8Array;
  /** Returns the plaintext to encrypt, from the layout without padding. */
  readonly plaintext?: (layout: Buffer) => Uint8Array;
  /** Changes the ciphertext, base64, before it is signed. */
  readonly sealed?: (encrypted: string) => string;
  /** Returns the body to send instead; given the ciphertext, "" in plain mode. The signature is not changed. */
  readonly body?: (encrypted: string) => string | Uint8Array;
  /** Changes the query after everything was signed. */
  readonly query?: (query: Query) => Query;
  /** The Content-Type header; an empty text omits it. */
  readonly contentType?: string;
}

/** A push that is ready to be sent. */
export interface Push {
  readonly request: WireRequest;
  readonly format: PushFormat;
  readonly fields: PushFields;
  readonly query: Query;
  /** The valid signatures of this request: none of them may be in an answer. */
  readonly signatures: readonly string[];
}

/** Returns the current time, seconds since the epoch. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** Returns a nonce like WeChat's: decimal digits. */
export function newNonce(): string {
  return String(randomInt(100_000_000, 2_000_000_000));
}

/** Builds a genuine push of these fields, changed by the twist. */
export function buildPush(target: PushTarget, format: PushFormat, fields: PushFields, twist: Twist = {}): Push {
  const { mode = target.mode, timestamp = String(nowSeconds()), nonce = newNonce() } = twist;
  const signature = sign([target.token, timestamp, nonce]);
  const content = Buffer.from(twist.content ?? writeFields(fields, format));
  const base = { signature, timestamp, nonce };
  if (mode === "plain") {
    const body = twist.body === undefined ? content : Buffer.from(twist.body(""));
    return finish(target, format, fields, twist, base, body);
  }
  const encrypted = seal(target, content, twist);
  const query = {
    ...base,
    openid: fields.FromUserName,
    encrypt_type: "aes",
    msg_signature: sign([target.token, timestamp, nonce, encrypted]),
  };
  const outer = mode === "compatible" ? fields : { ToUserName: target.account };
  const body = twist.body?.(encrypted) ?? writeFields({ ...outer, Encrypt: encrypted }, format);
  return finish(target, format, fields, twist, query, Buffer.from(body));
}

/** The console's verification GET. */
export interface Verification {
  readonly request: WireRequest;
  readonly echostr: string;
  /** The valid signature: it may not be in an answer. */
  readonly signature: string;
}

/**
 * Builds a verification; echostr is not encrypted in any mode (WECHAT.md §1.2). Of the twist, `query` and times count.
 */
export function buildVerify(
  target: PushTarget,
  echostr: string,
  { timestamp = String(nowSeconds()), nonce = newNonce(), query = (same) => same }: Twist = {},
): Verification {
  const signature = sign([target.token, timestamp, nonce]);
  const url = withQuery(target.url, query({ signature, echostr, timestamp, nonce }));
  return { request: { method: "GET", url }, echostr, signature };
}

/** Returns a function that removes these parameters from a query. */
export function without(...names: readonly string[]): (query: Query) => Query {
  return (query) => Object.fromEntries(Object.entries(query).filter(([name]) => !names.includes(name)));
}

function seal(target: PushTarget, content: Uint8Array, twist: Twist): string {
  const layout = layOut(content, twist.receiveId ?? target.appid, twist.random ?? sampleRandom());
  const padded = twist.plaintext?.(layout) ?? pad(layout);
  const encrypted = encrypt(twist.aesKey ?? target.aesKey, padded);
  return twist.sealed?.(encrypted) ?? encrypted;
}

/** Returns 16 bytes that are random hex digits in ASCII, as in the official samples. */
function sampleRandom(): Uint8Array {
  return Buffer.from(randomBytes(8).toString("hex"));
}

function finish(
  target: PushTarget,
  format: PushFormat,
  fields: PushFields,
  twist: Twist,
  genuine: Query,
  body: Uint8Array,
): Push {
  const query = twist.query?.(genuine) ?? genuine;
  // The content type of JSON pushes is unconfirmed (WECHAT.md §15.2): `open.content-type` tries others.
  const { contentType = format === "xml" ? "text/xml" : "application/json" } = twist;
  const headers = contentType === "" ? {} : { "content-type": contentType };
  const request = { method: "POST", url: withQuery(target.url, query), headers, body };
  const signatures = [genuine["signature"], genuine["msg_signature"]].flatMap((value) => value ?? []);
  return { request, format, fields, query, signatures };
}

/** Appends the parameters to the URL; the values are percent-encoded, so that no `+` is read as a space. */
function withQuery(url: string, query: Query): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${url}${url.includes("?") ? "&" : "?"}${pairs.join("&")}`;
}
