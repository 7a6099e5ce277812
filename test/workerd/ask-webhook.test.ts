import { runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { signWebhook } from "../../worker/webhooks/sign.ts";
import { conversation, kindsOf, playWeChat, readTexts } from "../support/workerd.ts";
import { useSilentSettings } from "./api-client.ts";
import { lines, shop, useWorker, wechat } from "./each-test.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const WEBHOOKS = [
  { id: "shop", url: "https://shop.example.com/ask", events: [] },
  { id: "other", url: "https://shop.example.com/other", events: [] },
];
const reply = (content: string) => ({ type: "reply", messages: [{ type: "text", content }] });
const rule = (id: string, priority: number, action: object, more: object = {}) => {
  return { id, priority, match: { type: "anything" }, action, ...more };
};
const ask = (webhookId: string) => ({ type: "webhook", webhookId });
const answer = (value: unknown) => () => Response.json(value);

useWorker();

const useRules = (...rules: readonly object[]) =>
  useSilentSettings({ webhooks: WEBHOOKS, rules, fallback: reply("其他") });
const answersTo = (openid: string) => () => readTexts(wechat, openid);

describe("a rule that asks a webhook", () => {
  it("sends the endpoint's answer, and the question is signed and names rule and message", async ({ expect }) => {
    await useRules(rule("orders", 1, ask("shop")));
    shop.answerWith(
      answer({
        messages: [
          { type: "text", content: "在路上" },
          { type: "text", content: "明天到" },
        ],
      }),
    );
    await wechat.text("oAsk", "订单 1001 到哪了");
    await expect.poll(answersTo("oAsk")).toEqual(["在路上", "明天到"]);
    const [question] = shop.events;
    expect(question).toMatchObject({
      type: "message.answer",
      data: {
        user: "oAsk",
        ruleId: "orders",
        inbound: { event: "message", type: "text", content: "订单 1001 到哪了" },
      },
    });
    if (question === undefined) throw new Error("no webhook was called");
    const { id, body, timestamp, signature } = question;
    expect(signature).toBe(await signWebhook([SECRET], { id, body, timestamp: Number(timestamp) }));
    expect(question.id).not.toContain("oAsk");
  });

  it("may hand over or keep silent", async ({ expect }) => {
    await useRules(rule("orders", 1, ask("shop")));
    shop.answerWith(answer({ handover: true }));
    const handed = await wechat.text("oHand", "人工");
    expect(handed.attempts[0]?.verdict).toBe("transfer");
    shop.answerWith(answer({ silent: true }));
    const quiet = await wechat.text("oQuiet", "嘘");
    expect(quiet.attempts[0]?.verdict).toBe("success");
    expect(await kindsOf("oQuiet")).toEqual(["in"]);
  });

  it.for([
    ["nothing", () => new Response(null, { status: 204 })],
    ["an empty object", answer({})],
    ["garbage", () => new Response("<html>")],
    ["an unknown field", answer({ say: "x" })],
    ["a message WeChat would refuse", answer({ messages: [{ type: "text", content: "" }] })],
    ["too many messages", answer({ messages: Array.from({ length: 6 }, () => ({ type: "text", content: "x" })) })],
    [
      "more parts than WeChat allows",
      answer({ messages: Array.from({ length: 3 }, () => ({ type: "text", content: "长".repeat(1_300) })) }),
    ],
    [
      "a link too long to send",
      answer({ messages: [{ type: "text", content: `<a href="x">${"长".repeat(800)}</a>` }] }),
    ],
    ["more than it may", () => new Response(`{"messages":[]}${" ".repeat(70_000)}`)],
    ["a redirect", () => Response.redirect("https://elsewhere.example.com/", 307)],
    ["500", () => new Response(null, { status: 500 })],
    ["a broken connection", () => Promise.reject(new TypeError("cut"))],
  ] as const)("lets the next rule act when the endpoint answers %s", async ([name, respond], { expect }) => {
    const openid = `oFall${name.replaceAll(/\W/g, "")}`;
    await useRules(rule("orders", 2, ask("shop")), rule("next", 1, reply("下一条")));
    shop.answerWith(respond);
    await wechat.text(openid, "你好");
    await expect.poll(answersTo(openid)).toEqual(["下一条"]);
    expect(shop.events).toHaveLength(1);
    expect(lines().filter(({ event }) => event === "webhook")).toHaveLength(1);
    expect(JSON.stringify(lines())).not.toContain("shop.example.com");
  });

  it("lets the next rule act when the endpoint does not answer in two seconds", async ({ expect }) => {
    await useRules(rule("orders", 2, ask("shop")), rule("next", 1, reply("下一条")));
    shop.answerWith(() => new Promise(() => {}));
    const push = await wechat.text("oHang", "你好");
    expect(push.attempts.map(({ verdict }) => verdict)).toEqual(["success"]);
    await expect.poll(answersTo("oHang")).toEqual(["下一条"]);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "webhook", outcome: "timeout" }));
  });

  it("is asked once: a second rule that asks is skipped", async ({ expect }) => {
    await useRules(rule("a", 3, ask("shop")), rule("b", 2, ask("other")), rule("c", 1, reply("丙")));
    await wechat.text("oFirst", "你好");
    await expect.poll(answersTo("oFirst")).toEqual(["丙"]);
    expect(shop.events.map(({ path }) => path)).toEqual(["/ask"]);
  });

  it("is not asked when a rule before it acts in any case, and asked when that one may be resting", async ({
    expect,
  }) => {
    await useRules(rule("a", 2, reply("甲")), rule("b", 1, ask("shop")));
    await wechat.text("oMoot", "你好");
    await expect.poll(answersTo("oMoot")).toEqual(["甲"]);
    expect(shop.events).toEqual([]);

    await useRules(rule("a", 2, reply("甲"), { onceMinutes: 5 }), rule("b", 1, ask("shop")));
    shop.answerWith(answer({ messages: [{ type: "text", content: "乙" }] }));
    await wechat.text("oRest", "你好");
    await wechat.text("oRest", "你好");
    await expect.poll(answersTo("oRest")).toEqual(["甲", "乙"]);
  });

  it("gets the same id when WeChat repeats the push, and the user one answer", async ({ expect }) => {
    await useRules(rule("orders", 1, ask("shop")));
    shop.answerWith(answer({ messages: [{ type: "text", content: "好" }] }));
    await wechat.text("oRepeat", "你好", { copies: 3 });
    await expect.poll(answersTo("oRepeat")).toEqual(["好"]);
    expect(new Set(shop.events.map(({ id }) => id)).size).toBe(1);
  });

  it("is not asked without a secret, and keeps no cursor for an endpoint without events", async ({ expect }) => {
    await useRules(rule("orders", 2, ask("shop")), rule("next", 1, reply("下一条")));
    const keyless = playWeChat({ vars: { WEBHOOK_SECRET: "" }, hosts: { "shop.example.com": shop.handle } });
    await keyless.text("oSecret", "你好");
    await expect.poll(() => readTexts(keyless, "oSecret")).toEqual(["下一条"]);
    expect(shop.events).toEqual([]);
    const state = await runInDurableObject(conversation("oSecret"), (_, { storage }) => {
      return storage.sql.exec<{ state: string }>("select state from log order by seq desc limit 1").one().state;
    });
    expect(JSON.parse(state)).toMatchObject({ consumers: {} });
  });
});
