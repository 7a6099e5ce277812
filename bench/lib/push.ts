/**
 * Pushes as WeChat sends them, signed and encrypted at most a few seconds before they are sent, so that CreateTime is
 * recent. Built with the emulator's cryptography, which shares no code with the worker (WECHAT.md §1.3, §1.4, §2.1).
 */
import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { encrypt, sign } from "../../emulator/crypto.ts";
import type { WireTree } from "../../emulator/push-model.ts";
import { writeFields } from "../../emulator/wire.ts";
import { LOCAL_APP } from "../../scripts/lib/local-app.ts";

/** The mini program of every measurement: that of the local stack with an account id of its own. */
export const BENCH_APP = { ...LOCAL_APP, account: "gh_edgekefubench" } as const;

/** One push as it is sent. */
export interface BenchPush {
  /** The query, without the question mark. */
  readonly query: string;
  readonly body: string;
}

/** A message of a typical length that no rule of the bench answers. */
export const UNANSWERED_TEXT = "你好，我昨天买的那件外套收到了，颜色和图片上差不多。";
/** A message that the shop's rule "price" answers. */
export const ANSWERED_TEXT = "你好，请问这件外套现在多少钱，两件一起买呢？";
/** A message the shop's rule "agent" hands over: with the desk on, the user is queued. */
export const HANDOVER_TEXT = "人工";

/** The last MsgId that was used: above 2^53, as WeChat's are, and not used by an earlier run. */
let lastMsgId = BigInt(Date.now()) * 100_000n;

/** Builds a text message of a user. */
export function textPush(openid: string, content: string): BenchPush {
  lastMsgId += 1n;
  return sealPush(openid, { ...head(openid), MsgType: "text", Content: content, MsgId: String(lastMsgId) });
}

/** Builds the event of a user who opens the chat. */
export function enterPush(openid: string): BenchPush {
  const event = { MsgType: "event", Event: "user_enter_tempsession", SessionFrom: "bench" };
  return sealPush(openid, { ...head(openid), ...event });
}

/** Returns the openid of the n-th user of a group, of the same length as WeChat's. */
export function openidOf(group: string, index: number): string {
  return `oBench${group.padStart(8, "_")}${String(index).padStart(14, "0")}`;
}

function head(openid: string): WireTree {
  return { ToUserName: BENCH_APP.account, FromUserName: openid, CreateTime: Math.floor(Date.now() / 1_000) };
}

/** Encrypts and signs the fields of a push. */
export function sealPush(openid: string, fields: WireTree): BenchPush {
  const { appid, token, aesKey, account } = BENCH_APP;
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const nonce = String(lastMsgId % 1_000_000_007n);
  const encrypted = encrypt(aesKey, appid, Buffer.from(writeFields(fields, "xml")), randomBytes(16));
  const signature = sign([token, timestamp, nonce]);
  const bodySignature = sign([token, timestamp, nonce, encrypted]);
  return {
    query: `signature=${signature}&timestamp=${timestamp}&nonce=${nonce}&openid=${openid}&encrypt_type=aes&msg_signature=${bodySignature}`,
    body: writeFields({ ToUserName: account, Encrypt: encrypted }, "xml"),
  };
}
