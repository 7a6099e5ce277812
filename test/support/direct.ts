/**
 * Calls a conversation object directly, without a push: as a user who writes, and as the API.
 */
import type { Control } from "../../emulator/control.ts";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { readReceived, type Soon } from "../../worker/conversation/rpc.ts";
import { addressOf, APPID, remote } from "./workerd.ts";

export const text = (content: string): Outbound => ({ type: "text", content });

export const reply = (...contents: readonly string[]): Candidate => ({
  ruleId: "rule",
  action: { type: "reply", messages: contents.map(text) },
});

let messages = 0;

export function message(createdAt = Date.now()): InboundEvent {
  messages += 1;
  return {
    event: "message",
    type: "text",
    name: "text",
    createdAt,
    id: String(messages),
    content: "你好",
  };
}

/**
 * Returns the answer of an object without sessions, which answers without loading further code.
 *
 * @throws when it is a promise
 */
export function atOnce<T>(answer: Soon<T>): T {
  if (answer instanceof Promise) throw new Error("the object did not answer at once");
  return answer;
}

/** Makes the user write: to the emulated WeChat, which counts the quota itself, and directly to the object. */
export async function says(wechat: Control, openid: string, candidates: readonly Candidate[]) {
  await wechat.text(openid, "x", { appid: APPID });
  return tells(openid, candidates, message());
}

/** Passes an inbound message directly to the user's conversation object. */
export async function tells(openid: string, candidates: readonly Candidate[], inbound = message(), holder = "c1") {
  const key = "id" in inbound ? `m:direct-${inbound.id}` : "e:1";
  return readReceived(
    await remote(openid).receive(
      addressOf(openid),
      { key, event: inbound, classification: classify(inbound), candidates },
      holder,
    ),
  );
}

/** Sends a text as the API does, directly to the object. */
export function submit(openid: string, key: string, content = "您的订单已发货", request = "r1") {
  const input = { key, request, message: text(content), isAi: false, hold: false, muteMs: 0 };
  return remote(openid).submit(addressOf(openid), input);
}
