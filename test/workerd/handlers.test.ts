import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import * as context from "../../shared/app-context.ts";
import type { TokenVerdict } from "../../shared/entry/context-token.ts";
import type { EnterAction, InboundEvent, UserMessage } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";
import type { Handlers, MessageHandlerContext } from "../../worker/automation/handler-context.ts";
import { HANDLER_TIMEOUT_MS, runHandlers } from "../../worker/automation/handler-runner.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { onEnter, onMessage } from "../../worker/custom/handlers.ts";
import { OTHER_RULES, RULES } from "../support/rules.ts";
import { addressOf } from "../support/workerd.ts";
import { lines, useWorker } from "./each-test.ts";

const HEAD = { createdAt: 1_760_000_000_000 };
const says = (content: string): UserMessage => ({
  event: "message",
  type: "text",
  name: "text",
  id: "1",
  content,
  ...HEAD,
});
const enters: EnterAction = {
  event: "action",
  type: "enter",
  name: "user_enter_tempsession",
  entryText: "shop",
  ...HEAD,
};

const run = (
  handlers: Partial<Handlers>,
  inbound: InboundEvent,
  vars: Partial<Env> = {},
  more: { readonly contextVerdict?: TokenVerdict; readonly replyContext?: string } = {},
  rules = RULES,
) =>
  runHandlers({ handlers: { onMessage, onEnter, ...handlers }, context }, inbound, {
    address: addressOf("oUser"),
    rules,
    env: { ...env, ...vars },
    requestId: "r1",
    ...more,
    ...classify(inbound),
  });

useWorker({ settings: null });

describe("a handler", () => {
  it("answers with texts and messages, as a rule does", async ({ expect }) => {
    const card: Outbound = { type: "image", mediaId: "m1" };
    const answer = await run({ onMessage: (_, ctx) => ctx.reply("好的", card) }, says("你好"));
    expect(answer).toEqual({
      ruleId: "handler",
      isHandler: true,
      action: { type: "reply", messages: [{ type: "text", content: "好的" }, card] },
    });
  });

  it("hands over, sends nothing, or lets the rules decide", async ({ expect }) => {
    expect((await run({ onMessage: (_, ctx) => ctx.handOver() }, says("人工")))?.action).toEqual({
      type: "handover",
    });
    expect((await run({ onMessage: (_, ctx) => ctx.silent() }, says("嘘")))?.action).toEqual({ type: "silent" });
    expect(await run({ onMessage: () => {} }, says("你好"))).toBeUndefined();
  });

  it("gets the sub-merchant the user wrote to, if there is one", async ({ expect }) => {
    const onMessage: Handlers["onMessage"] = (_, ctx) => ctx.reply(ctx.replyContext ?? "none");
    const answered = async (more: { readonly replyContext?: string }) =>
      (await run({ onMessage }, says("?"), {}, more))?.action;
    expect(await answered({ replyContext: "7" })).toMatchObject({ messages: [{ content: "7" }] });
    expect(await answered({})).toMatchObject({ messages: [{ content: "none" }] });
  });

  it("gets messages and entering events, and nothing else", async ({ expect }) => {
    const heard: string[] = [];
    const note = ({ event, type }: InboundEvent): void => {
      heard.push(`${event} ${type}`);
    };
    const handlers = { onMessage: note, onEnter: note };
    await run(handlers, says("你好"));
    await run(handlers, enters);
    await run(handlers, { event: "message", type: "unknown", name: "voice", id: "2", raw: "{}", ...HEAD });
    await run(handlers, { event: "account-event", type: "other", name: "debug_demo", raw: "{}", ...HEAD });
    expect(heard).toEqual(["message text", "action enter"]);
  });

  it("gets the page context in the type that the app declares", async ({ expect }) => {
    const token = `1.1790000000.${"A".repeat(43)}.{\\"user\\":{\\"vip\\":3}}`;
    const entryText = `茶杯 kefu1"${token}"{"page":"p","product":{"id":"42","name":"青瓷茶杯"}}`;
    const answer = (contextVerdict: TokenVerdict) =>
      run(
        {
          onEnter(_, ctx) {
            const { context } = ctx;
            ctx.reply(`${context.label} ${context.claimed?.product?.name} ${context.verified?.user?.vip ?? "-"}`);
          },
        },
        { ...enters, entryText },
        {},
        { contextVerdict },
      );
    expect((await answer("verified"))?.action).toMatchObject({ messages: [{ content: "茶杯 青瓷茶杯 3" }] });
    expect((await answer("expired"))?.action).toMatchObject({ messages: [{ content: "茶杯 青瓷茶杯 -" }] });
  });

  it("that throws is logged by name, never by text, and the rules apply", async ({ expect }) => {
    const failing = () => {
      throw new TypeError("phone 13800000000");
    };
    await expect(run({ onMessage: failing }, says("你好"))).resolves.toBeUndefined();
    expect(lines()).toEqual([{ event: "handler_failed", requestId: "r1", name: "text", error: "TypeError" }]);
  });

  it("that replies with a message WeChat would refuse is logged with the field, and the rules apply", async ({
    expect,
  }) => {
    expect(await run({ onMessage: (_, ctx) => ctx.reply("") }, says("你好"))).toBeUndefined();
    expect(lines()[0]?.["error"]).toBe("reply: content must not be empty");
  });

  it("that replies with more parts than WeChat allows is logged, and the rules apply", async ({ expect }) => {
    const long = "长".repeat(1_300);
    const reply = { onMessage: (_: unknown, ctx: MessageHandlerContext) => ctx.reply(long, long, long) };
    expect(await run(reply, says("你好"))).toBeUndefined();
    expect(await run({ onEnter: (_, ctx) => ctx.reply("一", long) }, enters)).toBeUndefined();
    expect(lines().map(({ error }) => error)).toEqual(["answer_too_long", "answer_too_long"]);
    expect(await run({ onEnter: (_, ctx) => ctx.reply(long) }, enters)).toBeDefined();
  });

  it("that replies with a type its channel does not send is logged, and the rules apply", async ({ expect }) => {
    const card: Outbound = { type: "card", title: "t", pagePath: "pages/a", thumbMediaId: "m" };
    const replying = { onMessage: (_: unknown, ctx: MessageHandlerContext) => ctx.reply(card) };
    expect(await run(replying, says("你好"))).toBeDefined();
    expect(await run(replying, says("你好"), {}, {}, OTHER_RULES)).toBeUndefined();
    expect(lines().map(({ error }) => error)).toEqual(["reply: type must be a type this account sends: text, image"]);
  });

  it("that takes too long is stopped by its signal, and the rules apply", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let lateContext: MessageHandlerContext | undefined;
    const slow = run(
      {
        onMessage(_, ctx) {
          lateContext = ctx;
          return new Promise<void>(() => {});
        },
      },
      says("你好"),
    );
    await vi.advanceTimersByTimeAsync(HANDLER_TIMEOUT_MS);
    expect(await slow).toBeUndefined();
    expect(lateContext?.signal.aborted).toBe(true);
  });
});

describe("the handler that is shipped", () => {
  const ORDERS_URL = "https://shop.test";
  const answers = (body: unknown, status = 200) =>
    vi.spyOn(globalThis, "fetch").mockImplementation(async () => Response.json(body, { status }));
  const textOf = async (content: string) => {
    const answer = await run({}, says(content), { ORDERS_URL });
    return answer?.action.type === "reply" ? answer.action.messages : answer;
  };

  it("finds an order by its number", async ({ expect }) => {
    const fetch = answers({ id: "1001", status: "已发货", carrier: "顺丰速运", trackingNumber: "SF1" });
    expect(await textOf("我的订单1001到哪了")).toEqual([
      { type: "text", content: "订单 1001：已发货，顺丰速运单号 SF1。" },
    ]);
    const asked = expect.objectContaining({ headers: { "x-openid": expect.stringMatching(/^o/) } });
    expect(fetch).toHaveBeenCalledWith("https://shop.test/orders/1001", asked);
  });

  it("answers that there is no such order", async ({ expect }) => {
    answers({}, 404);
    expect(await textOf("订单号：7")).toEqual([{ type: "text", content: "没有找到订单 7，请核对订单号。" }]);
  });

  it("lets the rules apply when the shop's back end fails or returns an invalid answer", async ({ expect }) => {
    answers({}, 500);
    expect(await textOf("订单 1")).toBeUndefined();
    answers({ id: 1 });
    expect(await textOf("订单 1")).toBeUndefined();
  });

  it("does nothing without an order source or without an order number", async ({ expect }) => {
    const fetch = answers({});
    expect(await run({}, says("订单 1001"), { ORDERS_URL: "" })).toBeUndefined();
    expect(await textOf("订单呢")).toBeUndefined();
    expect(await run({}, enters, { ORDERS_URL })).toBeUndefined();
    expect(fetch).not.toHaveBeenCalled();
  });

  it("searches for an order number in time proportional to the text", async ({ expect }) => {
    const content = `订单${" ".repeat(60_000)}x`;
    const started = performance.now();
    expect(await run({}, says(content), { ORDERS_URL: "" })).toBeUndefined();
    // In this runtime the clock does not advance while code runs.
    await scheduler.wait(1);
    expect(performance.now() - started).toBeLessThan(400);
  });
});
