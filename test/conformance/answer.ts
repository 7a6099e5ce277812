/**
 * Classifies an answer to a push (WECHAT.md §1.6, §1.8, §1.9): `success`, an empty body, or a handover with all its
 * errors. The platform accepts no other answer.
 */
import { say, type Words } from "./case.ts";
import { decrypt, sign, type Opened } from "./crypt.ts";
import type { Reply } from "./http.ts";
import { nowSeconds, type Push, type PushTarget } from "./push.ts";
import { readFlat, type FlatAnswer } from "./wire.ts";

/** The part of a hand-over in which a flaw was found; the case `handover.<aspect>` reports it. */
export type HandoverAspect = "encrypted" | "envelope" | "cipher" | "fields" | "times" | "format";

/** An error in a handover. */
export interface HandoverFlaw {
  readonly aspect: HandoverAspect;
  readonly fact: Words;
}

/** A classified answer. */
export type Answer =
  | { readonly kind: "success" | "empty" }
  | {
      readonly kind: "handover";
      readonly flaws: readonly HandoverFlaw[];
      /** The openid named in the hand-over; empty when it could not be read. */
      readonly user: string;
    }
  /** `refused`: not 2xx. `wrong`: 2xx with an invalid body. `lost`: no answer within the timeout. */
  | { readonly kind: "refused" | "wrong" | "lost"; readonly fact: Words };

/** The allowed difference between a time in a hand-over and now, seconds. */
const MAX_SKEW_SECONDS = 300;

/** Returns whether the answer acknowledges the push: `success`, an empty body, or a hand-over, even one with flaws. */
export function isAcknowledged(answer: Answer): boolean {
  return answer.kind === "success" || answer.kind === "empty" || answer.kind === "handover";
}

/** Classifies the answer to a push; for a hand-over, finds its flaws. */
export function judge(target: PushTarget, push: Push, reply: Reply): Answer {
  if (reply.kind === "timeout")
    return { kind: "lost", fact: say(`${reply.ms} ms 内没有应答`, `none in ${reply.ms} ms`) };
  if (reply.kind === "network")
    return { kind: "lost", fact: say(`连接中断 ${reply.code}`, `connection lost, ${reply.code}`) };
  if (reply.status < 200 || reply.status > 299) return { kind: "refused", fact: say(`HTTP ${reply.status}`) };
  if (reply.body.length === 0) return { kind: "empty" };
  if (reply.text === "success") return { kind: "success" };
  return judgeHandover(target, push, reply.text);
}

function judgeHandover(target: PushTarget, push: Push, text: string): Answer {
  const flat = readFlat(text);
  if (flat === undefined) return wrong(text);
  const outer: HandoverFlaw[] = [];
  if (flat.format !== push.format) {
    outer.push({
      aspect: "format",
      fact: say(`推送为 ${push.format}，应答为 ${flat.format}`, `${flat.format} to ${push.format}`),
    });
  }
  if (!flat.fields.has("Encrypt")) {
    if (target.mode === "secure") outer.push({ aspect: "encrypted", fact: say("没有加密", "not encrypted") });
    return judgeFields(push, flat, outer, text);
  }
  if (target.mode === "plain")
    outer.push({
      aspect: "encrypted",
      fact: say("明文模式下，应答却加密了", "the answer is encrypted although the mode is plain"),
    });
  outer.push(...envelopeFlaws(target, flat));
  const opened = decrypt(target.aesKey, flat.fields.get("Encrypt")?.text ?? "");
  if (typeof opened === "string") {
    return { kind: "handover", flaws: [...outer, { aspect: "cipher", fact: say(opened) }], user: "" };
  }
  return judgeOpened(target, push, opened, outer);
}

function judgeOpened(target: PushTarget, push: Push, opened: Opened, outer: readonly HandoverFlaw[]): Answer {
  const flaws = [...outer];
  if (opened.receiveId !== target.appid) {
    flaws.push({
      aspect: "cipher",
      fact: say("密文末尾不是本小程序的 AppID", "the ciphertext ends with another appid"),
    });
  }
  const inner = readFlat(opened.text);
  if (inner !== undefined) return judgeFields(push, inner, flaws, opened.text);
  flaws.push({
    aspect: "fields",
    fact: say("解密后既不是 XML 也不是 JSON", "the decrypted answer is neither XML nor JSON"),
  });
  return { kind: "handover", flaws, user: "" };
}

function judgeFields(push: Push, { fields }: FlatAnswer, outer: readonly HandoverFlaw[], text: string): Answer {
  const type = fields.get("MsgType")?.text;
  if (type === undefined) return wrong(text);
  if (type !== "transfer_customer_service") {
    const fact = say(`被动回复 MsgType=${shorten(type)}`, `a passive reply, MsgType=${shorten(type)}`);
    return { kind: "wrong", fact };
  }
  const flaws = [...outer];
  const user = fields.get("ToUserName")?.text ?? "";
  if (user !== push.fields.FromUserName) flaws.push(field("ToUserName", "≠ FromUserName"));
  if (fields.get("FromUserName")?.text !== push.fields.ToUserName) flaws.push(field("FromUserName", "≠ ToUserName"));
  const created = fields.get("CreateTime");
  if (created?.numeric !== true) flaws.push(field("CreateTime", "不是整数 / is not a whole number"));
  else flaws.push(...timeFlaws("CreateTime", created.text));
  return { kind: "handover", flaws, user };
}

function envelopeFlaws(target: PushTarget, { fields }: FlatAnswer): readonly HandoverFlaw[] {
  const text = (name: string): string => fields.get(name)?.text ?? "";
  const missing = ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"].filter((name) => text(name) === "");
  if (missing.length > 0)
    return [{ aspect: "envelope", fact: say(`缺 ${missing.join(" ")}`, `lacks ${missing.join(" ")}`) }];
  const flaws: HandoverFlaw[] = [];
  const expected = sign([target.token, text("TimeStamp"), text("Nonce"), text("Encrypt")]);
  if (text("MsgSignature") !== expected)
    flaws.push({ aspect: "envelope", fact: say("MsgSignature 不对", "MsgSignature does not match") });
  if (!/^\d+$/.test(text("TimeStamp")))
    flaws.push({ aspect: "envelope", fact: say("TimeStamp 不是整数秒", "TimeStamp is not a whole number of seconds") });
  else flaws.push(...timeFlaws("TimeStamp", text("TimeStamp")));
  return flaws;
}

function timeFlaws(name: string, seconds: string): readonly HandoverFlaw[] {
  const off = Number(seconds) - nowSeconds();
  if (Math.abs(off) <= MAX_SKEW_SECONDS) return [];
  return [
    {
      aspect: "times",
      fact: say(
        `${name} 与当前时间相差 ${Math.abs(off)} 秒`,
        `${name} differs from the current time by ${Math.abs(off)} s`,
      ),
    },
  ];
}

function field(name: string, problem: string): HandoverFlaw {
  return { aspect: "fields", fact: say(`${name} ${problem}`) };
}

function wrong(text: string): Answer {
  return { kind: "wrong", fact: say(`HTTP 200 ${JSON.stringify(shorten(text))}`) };
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
