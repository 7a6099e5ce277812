import { describe, it } from "vitest";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { isForwardKind, parseForwardKinds } from "../../../worker/forwarding/core/kinds.ts";

const HEAD = { createdAt: 1 };
const event = (name: string): InboundEvent => ({ ...HEAD, event: "account-event", type: "other", name, raw: "{}" });
const text: InboundEvent = { ...HEAD, event: "message", type: "text", name: "text", id: "1", content: "hi" };
const voice: InboundEvent = { ...HEAD, event: "message", type: "unknown", name: "voice", id: "2", raw: "{}" };
const control: InboundEvent = { ...HEAD, event: "control", type: "ended", name: "kf_close_session", agent: "" };
const choice: InboundEvent = { ...HEAD, event: "action", type: "other", name: "subscribe_msg_popup_event", raw: "{}" };
const enter: InboundEvent = { ...HEAD, event: "action", type: "enter", name: "user_enter_tempsession", entryText: "" };

describe("the kinds that are forwarded", () => {
  it("are names, or names with any characters for a star", ({ expect }) => {
    const taken = (kinds: string) => (name: string) => isForwardKind(kinds.split(","), event(name));
    const names = ["xpay_a", "xpay_", "xpay", "my_xpay_a", "trade", "a_b_c", "a__c", "ac", "", "日本"];
    expect(names.filter(taken("xpay_*"))).toEqual(["xpay_a", "xpay_"]);
    expect(names.filter(taken("*xpay*"))).toEqual(["xpay_a", "xpay_", "xpay", "my_xpay_a"]);
    expect(names.filter(taken("a_*_c,trade"))).toEqual(["trade", "a_b_c", "a__c"]);
    expect(names.filter(taken("*"))).toEqual(names);
    expect(names.filter(taken("**,XPAY_*"))).toEqual(names);
    expect(names.filter(taken("ac*ac"))).toEqual([]);
  });

  it("match a user's events by the platform's names", ({ expect }) => {
    expect(isForwardKind(["kf_*"], control)).toBe(true);
    expect(isForwardKind(["subscribe_*"], choice)).toBe(true);
    expect(isForwardKind(["user_info_*"], choice)).toBe(false);
  });

  it("match customer service only by its whole names", ({ expect }) => {
    for (const inbound of [text, voice, enter]) {
      expect(isForwardKind(["*", "t*t", "te*", "v*", "n*", "user_enter_*"], inbound)).toBe(false);
    }
    expect(isForwardKind(["text"], text)).toBe(true);
    expect(isForwardKind(["voice"], voice)).toBe(true);
    expect(isForwardKind(["user_enter_tempsession"], enter)).toBe(true);
    expect(isForwardKind(["image"], text)).toBe(false);
    expect(isForwardKind([], text)).toBe(false);
  });

  it("are matched in linear time, for any pattern", ({ expect }) => {
    const [pattern, name] = ["*a".repeat(20), "a".repeat(128)];
    expect(isForwardKind([pattern.slice(0, 64)], event(name))).toBe(true);
    expect(isForwardKind([`${pattern.slice(0, 60)}*b`], event(name))).toBe(false);
  });

  it("are read from a list", ({ expect }) => {
    expect(parseForwardKinds(" a , b* ,,")).toEqual({ ok: true, value: ["a", "b*"] });
    expect(parseForwardKinds("")).toEqual({ ok: true, value: [] });
    expect(parseForwardKinds("a b")).toEqual({ ok: false, error: { reason: "bad_pattern" } });
    expect(parseForwardKinds(Array(51).fill("a").join(","))).toEqual({ ok: false, error: { reason: "too_many" } });
  });
});
