import { describe, it } from "vitest";
import { parseWebhookAnswer } from "../../../worker/automation/core/webhook-answer.ts";
import { OTHER_RULES, RULES } from "../../support/rules.ts";

const APPID = "wx0123456789abcdef";
const read = (body: string) => parseWebhookAnswer(body, RULES, APPID);
const parse = (value: unknown) => read(JSON.stringify(value));
const text = (content: string) => ({ type: "text", content });

describe("an endpoint's answer", () => {
  it("may be messages, a handover or no answer", ({ expect }) => {
    expect(parse({ messages: [text("在路上")] })).toEqual({
      ok: true,
      value: { type: "reply", messages: [text("在路上")] },
    });
    expect(parse({ handover: true })).toEqual({ ok: true, value: { type: "handover" } });
    expect(parse({ silent: true })).toEqual({ ok: true, value: { type: "silent" } });
  });

  it("may be empty: then the next rule applies", ({ expect }) => {
    for (const nothing of ["", " \n", "{}", '{"messages":[]}']) {
      expect(read(nothing)).toEqual({ ok: true, value: undefined });
    }
  });

  it("may begin with a byte-order mark, and has a limited depth", ({ expect }) => {
    expect(read('\ufeff{"silent":true}')).toEqual({ ok: true, value: { type: "silent" } });
    const deep = `{"messages":[${"[".repeat(5_000)}${"]".repeat(5_000)}]}`;
    expect(read(deep)).toEqual({ ok: false, error: { reason: "not_json" } });
  });

  it("is refused when it is invalid, has more than five messages, or a message that WeChat would refuse", ({
    expect,
  }) => {
    const reasonOf = (answer: ReturnType<typeof parseWebhookAnswer>) => (answer.ok ? "ok" : answer.error.reason);
    expect(reasonOf(read("<html>"))).toBe("not_json");
    for (const odd of [null, [], "text", 1, { transfer: false }, { messages: "x" }, { reply: "x" }, { silent: 1 }]) {
      expect(reasonOf(parse(odd))).toBe("not_an_answer");
    }
    expect(reasonOf(parse({ handover: true, silent: true }))).toBe("not_an_answer");
    expect(reasonOf(parse({ messages: Array.from({ length: 6 }, () => text("x")) }))).toBe("not_an_answer");
    for (const bad of [text(""), text("长".repeat(99_999)), { type: "voice" }, { ...text("x"), more: 1 }]) {
      expect(reasonOf(parse({ messages: [bad] }))).toBe("bad_message");
    }
  });

  it("is refused for a type that its channel does not send", ({ expect }) => {
    const body = JSON.stringify({ messages: [{ type: "card", title: "t", pagePath: "pages/a", thumbMediaId: "m" }] });
    expect(parseWebhookAnswer(body, RULES, APPID).ok).toBe(true);
    expect(parseWebhookAnswer(body, OTHER_RULES, APPID)).toEqual({
      ok: false,
      error: { reason: "bad_message", problem: "must be a type this account sends: text, image" },
    });
  });

  it("is prepared before it is checked, and refused for a link to another mini program", ({ expect }) => {
    const link = (appid: string) =>
      text(`<a href="https://x.cn" data-miniprogram-appid="${appid}" data-miniprogram-path="pages/x">看</a>`);
    expect(parse({ messages: [link(APPID)] }).ok).toBe(true);
    const problem = expect.stringContaining("has a link to another mini program") as string;
    expect(parse({ messages: [link("wx1")] })).toEqual({ ok: false, error: { reason: "bad_message", problem } });
    const body = JSON.stringify({ messages: [link("wx1")] });
    expect(parseWebhookAnswer(body, RULES, APPID, () => text("好"))).toMatchObject({
      value: { messages: [text("好")] },
    });
  });
});
