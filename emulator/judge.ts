/**
 * Checks the worker's answers to pushes (WECHAT.md §1.6, §1.8, §1.9). Accepted are `success`, an empty body, a handover
 * in the app's format, encrypted if the mode requires it, and for virtual payment events an ErrCode of 0.
 */
import { decrypt, sign } from "./crypto.ts";
import type { EmulatedApp } from "./model.ts";
import type { Verdict } from "./push-model.ts";
import { readFields, type FlatFields } from "./wire.ts";

/** The verdict on an answer, with the reason. */
export interface Judgement {
  readonly verdict: Verdict;
  /** The reason as text, for every verdict except `success` and `transfer`. */
  readonly problem?: string;
}

/** The properties of the push that the answer must match. */
export interface Question {
  readonly openid: string;
  /** Whether the push is a message; only messages may be handed over. */
  readonly isMessage: boolean;
  /** The event's name; absent for messages. */
  readonly event?: string;
}

/** Returns the verdict on an HTTP answer to a push. */
export function judgeAnswer(app: EmulatedApp, question: Question, status: number, body: string): Judgement {
  if (status !== 200) return { verdict: "refused", problem: `status ${status}, expected 200` };
  if (body === "" || body === "success") return { verdict: "success" };
  if (question.event?.startsWith("xpay_") === true) return judgeErrCode(app, body);
  const opened = openAnswer(app, body);
  if (typeof opened === "string") return malformed(opened);
  return judgeTransfer(app, question, opened);
}

/**
 * Checks an answer to a virtual payment event that is neither empty nor `success`: it must have an ErrCode of 0, plain
 * or encrypted (WECHAT.md §3.2, unconfirmed).
 */
function judgeErrCode(app: EmulatedApp, body: string): Judgement {
  const outer = readFields(body, app.format);
  const opened = outer.ok && outer.value.has("ErrCode") ? outer.value : openAnswer(app, body);
  if (typeof opened === "string") return malformed(opened);
  const code = opened.get("ErrCode")?.text;
  if (code === "0") return { verdict: "success" };
  return code === undefined
    ? malformed("the answer to an xpay_ event must have an ErrCode")
    : { verdict: "refused", problem: `ErrCode ${code}, expected 0` };
}

function judgeTransfer(app: EmulatedApp, question: Question, fields: FlatFields): Judgement {
  const text = (name: string): string | undefined => fields.get(name)?.text;
  if (text("MsgType") !== "transfer_customer_service") {
    return malformed("MsgType must be transfer_customer_service: a mini program has no other passive reply");
  }
  if (!question.isMessage) return malformed("an event must not be handed over");
  if (text("ToUserName") !== question.openid)
    return malformed("ToUserName must be the user's openid (FromUserName of the push)");
  if (text("FromUserName") !== app.account)
    return malformed("FromUserName must be the original id (ToUserName of the push)");
  if (fields.get("CreateTime")?.numeric !== true) return malformed("CreateTime must be a number (seconds)");
  return { verdict: "transfer" };
}

/** Returns the answer's fields, decrypted if necessary, or a text that says why the answer is invalid. */
function openAnswer(app: EmulatedApp, body: string): FlatFields | string {
  const outer = readFields(body, app.format);
  if (!outer.ok) return `the answer ${outer.error}`;
  const isEncrypted = outer.value.has("Encrypt");
  if (app.mode === "plain") return isEncrypted ? "an answer in plain mode must not be encrypted" : outer.value;
  if (isEncrypted) return openEnvelope(app, outer.value);
  return app.mode === "compatible" ? outer.value : "an answer in secure mode must be encrypted";
}

function openEnvelope(app: EmulatedApp, envelope: FlatFields): FlatFields | string {
  const encrypted = envelope.get("Encrypt");
  const timestamp = envelope.get("TimeStamp");
  const nonce = envelope.get("Nonce");
  if (encrypted === undefined || timestamp === undefined || nonce === undefined) {
    return "the envelope must contain Encrypt, MsgSignature, TimeStamp and Nonce";
  }
  if (!timestamp.numeric) return "TimeStamp must be a number";
  const expected = sign([app.token, timestamp.text, nonce.text, encrypted.text]);
  if (envelope.get("MsgSignature")?.text !== expected) return "MsgSignature does not match";
  const opened = decrypt(app.aesKey, encrypted.text);
  if (!opened.ok) return opened.error;
  if (opened.value.receiveId !== app.appid) return "the ciphertext ends with the appid of another app";
  const inner = readFields(opened.value.message, app.format);
  return inner.ok ? inner.value : `the decrypted answer ${inner.error}`;
}

function malformed(problem: string): Judgement {
  return { verdict: "malformed", problem };
}
