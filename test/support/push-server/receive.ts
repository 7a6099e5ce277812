/**
 * Accepts or refuses a push and answers a handover, as another team might write it; with the faults of this part.
 */
import { randomBytes } from "node:crypto";
import { encrypt, sign } from "../../../emulator/crypto.ts";
import type { PushServerOptions } from "./flaw.ts";
import { open, readBody, writeFlat, type Fields, type Format } from "./wire.ts";

/** An answer: status, body, content type. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

/** The stored data: MsgIds by user, in order, once for each time they were handled. */
export type Taken = Map<string, string[]>;

/** The answer to a caller without a valid signature. */
export const REFUSED: Answer = { status: 403, body: "forbidden" };

const SUCCESS: Answer = { status: 200, body: "success" };
const KINDS: ReadonlySet<string> = new Set(["text", "image", "miniprogrampage", "event"]);
const MAX_AGE_SECONDS = 300;
const MAX_OLD_TEXT = 2_000;

/** Returns a refusal; with one of two faults it reveals the token or the expected signature. */
export function refuse({ flaw, token }: PushServerOptions, expected: string): Answer {
  if (flaw === "leaks the token") return { status: 403, body: `the token is ${token}` };
  if (flaw === "tells the expected signature") return { status: 403, body: `expected ${expected}` };
  return REFUSED;
}

/** Accepts a push. @throws Error when it cannot be parsed */
export function receive(query: URLSearchParams, body: Buffer, options: PushServerOptions, taken: Taken): Answer {
  const { mode, flaw } = options;
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
  const { format, fields } = readBody(text, flaw);
  if (!query.get("timestamp") || !query.get("nonce")) return REFUSED;
  const encrypted = fields.get("Encrypt") ?? "";
  if (mode === "plain") return receivePlain(query, fields, format, options, taken);
  if (encrypted !== "") return receiveEncrypted(query, encrypted, fields, format, options, taken);
  if (flaw === "takes rubbish") return SUCCESS;
  return flaw === "takes plaintext" ? receivePlain(query, fields, format, options, taken) : REFUSED;
}

function receivePlain(
  query: URLSearchParams,
  fields: Fields,
  format: Format,
  options: PushServerOptions,
  taken: Taken,
): Answer {
  const timestamp = query.get("timestamp") ?? "";
  const expected = sign([options.token, timestamp, query.get("nonce") ?? ""]);
  if (query.get("signature") !== expected) return refuse(options, expected);
  const isOld = Math.abs(Date.now() / 1_000 - Number(timestamp)) > MAX_AGE_SECONDS;
  return isOld && options.flaw !== "takes what is old" ? REFUSED : accept(fields, format, options, taken);
}

function receiveEncrypted(
  query: URLSearchParams,
  encrypted: string,
  outer: Fields,
  format: Format,
  options: PushServerOptions,
  taken: Taken,
): Answer {
  const { token, aesKey, appid, flaw } = options;
  const name = flaw === "signature instead of msg_signature" ? "signature" : "msg_signature";
  const parts = [token, query.get("timestamp") ?? "", query.get("nonce") ?? ""];
  const expected = sign(name === "signature" ? parts : [...parts, encrypted]);
  if (query.get(name) !== expected && flaw !== "no signature check") return refuse(options, expected);
  const { message, receiveId } = open(aesKey, encrypted, flaw);
  if (receiveId !== appid && flaw !== "takes any appid") return REFUSED;
  const inner = readBody(message, flaw);
  return accept(flaw === "takes the plain half" ? outer : inner.fields, format, options, taken);
}

function accept(fields: Fields, format: Format, options: PushServerOptions, taken: Taken): Answer {
  const { flaw } = options;
  const type = fields.get("MsgType") ?? "";
  const user = fields.get("FromUserName") ?? "";
  if (flaw === "throws at unknown kinds" && !KINDS.has(type)) throw new RangeError(type);
  if (flaw === "text alone" && type !== "text") throw new RangeError(type);
  if (flaw === "old database" && !fitsOldDatabase(fields.get("Content") ?? "")) throw new RangeError("Content");
  if (user === "") return SUCCESS;
  const isEvent = type === "event";
  const key = isEvent ? `event ${fields.get("Event")}` : (fields.get("MsgId") ?? "");
  const list = taken.get(user) ?? [];
  const isRepeat = list.includes(key);
  if (flaw !== "forgets") taken.set(user, list);
  if (!isRepeat || flaw === "no deduplication") list.push(key);
  if (isRepeat && flaw === "refuses repeats") return { status: 409, body: "again" };
  if (isRepeat && flaw === "repeats get success") return SUCCESS;
  return isEvent && flaw !== "events handed over" ? SUCCESS : handOver(fields, format, options);
}

/** Returns whether a text fits a database with MySQL's old utf8, which has no emoji, and short columns. */
function fitsOldDatabase(content: string): boolean {
  return content.length <= MAX_OLD_TEXT && !/\p{Extended_Pictographic}/u.test(content);
}

function handOver(fields: Fields, pushed: Format, options: PushServerOptions): Answer {
  const { appid, token, aesKey, mode, flaw } = options;
  const format = flaw === "hand-over in XML" ? "xml" : pushed;
  const seconds = Math.floor(flaw === "hand-over in milliseconds" ? Date.now() : Date.now() / 1_000);
  const [user, account] = [fields.get("FromUserName") ?? "", fields.get("ToUserName") ?? ""];
  const isSwapped = flaw !== "hand-over to oneself";
  const content = writeFlat(format, {
    ToUserName: isSwapped ? user : account,
    FromUserName: isSwapped ? account : user,
    CreateTime: seconds,
    MsgType: "transfer_customer_service",
  });
  if (mode === "plain" || flaw === "plain hand-over") return { status: 200, body: content };
  const receiveId = flaw === "hand-over under another appid" ? "wx0000000000000000" : appid;
  const sealed = encrypt(aesKey, receiveId, Buffer.from(content), randomBytes(16));
  const signature = flaw === "unsigned hand-over" ? "" : sign([token, String(seconds), "1", sealed]);
  const envelope = { Encrypt: sealed, MsgSignature: signature, TimeStamp: seconds, Nonce: "1" };
  return { status: 200, body: writeFlat(format, envelope) };
}
