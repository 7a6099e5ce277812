/**
 * Links in texts (WECHAT.md §4.2), in every place where a text can be set: the REST API, settings, handlers, webhooks,
 * and variables that contain a user's words.
 */
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import * as context from "../../shared/app-context.ts";
import type { EnterAction, UserMessage } from "../../shared/message/inbound.ts";
import type { Handlers } from "../../worker/automation/handler-context.ts";
import { runHandlers } from "../../worker/automation/handler-runner.ts";
import { RULES } from "../support/rules.ts";
import { addressOf, APPID, kindsOf, OTHER_APPID, readTexts } from "../support/workerd.ts";
import { bodyOf, call, send, useSilentSettings, putSettings } from "./api-client.ts";
import { lines, shop, useWorker, wechat } from "./each-test.ts";

const FOREIGN = "wxffffffffffffffff";
const HEAD = { createdAt: 1_760_000_000_000 };
const WEBHOOKS = [{ id: "shop", url: "https://shop.example.com/ask", events: [] }];

const text = (content: string) => ({ type: "text", content });
const reply = (...contents: readonly string[]) => ({ type: "reply", messages: contents.map(text) });
const anchor = (appid: string, path = "pages/order/index?id=1") =>
  `<a href="https://shop.cn" data-miniprogram-appid="${appid}" data-miniprogram-path="${path}">看</a>`;

useWorker();

describe("a text by the REST API", () => {
  it("may link to pages of the mini program that sends it", async ({ expect }) => {
    for (const appid of [APPID, OTHER_APPID]) {
      await wechat.text("oOwn", "在吗", { appid });
      expect((await send("oOwn", text(anchor(appid)), { appid })).status).toBe(202);
      await expect.poll(() => readTexts(wechat, "oOwn", appid)).toEqual([anchor(appid)]);
    }
  });

  it("is refused with the field, the rule and the remedy when it links to another mini program", async ({ expect }) => {
    await wechat.text("oForeign", "在吗");
    for (const appid of [FOREIGN, OTHER_APPID]) {
      const response = await send("oForeign", text(`请看${anchor(appid)}`));
      expect(response.status).toBe(422);
      const problem = await bodyOf(response);
      expect(problem).toMatchObject({ code: "invalid_field", field: "content" });
      expect(problem["detail"]).toContain("content has a link to another mini program");
      expect(problem["detail"]).toContain(`write ${APPID} in data-miniprogram-appid`);
      expect(problem["detail"]).not.toContain(appid);
    }
    expect(await kindsOf("oForeign")).toEqual(["in"]);
  });

  it.for([
    ["no page", anchor(APPID, "https://evil.cn/x"), "is not a page"],
    ["an empty page", anchor(APPID, ""), "is not a page"],
    ["no path", `<a href="https://x.cn" data-miniprogram-appid="${APPID}">看</a>`, "without data-miniprogram-path"],
    ["no appid", '<a href="https://x.cn" data-miniprogram-path="pages/x">看</a>', "without data-miniprogram-appid"],
    [
      "no address for older clients",
      `<a data-miniprogram-appid="${APPID}" data-miniprogram-path="pages/x">看</a>`,
      "without href",
    ],
    ["another app in capitals", anchor(FOREIGN).replace("data-miniprogram-appid", "DATA-MINIPROGRAM-APPID"), "another"],
    ["another app beside its own", anchor(APPID) + anchor(FOREIGN), "another"],
    ["another app in single quotes", anchor(FOREIGN).replaceAll('"', "'"), "another"],
    ["another app behind a bracket in quotes", anchor(FOREIGN).replace("<a ", '<a title="a>b" '), "another"],
    ["another app behind a control character", anchor(FOREIGN).replace("<a", "<\u0001a"), "another"],
    ["another app in a name cut by a control character", anchor(FOREIGN).replace("data-m", "data-\u0000m"), "another"],
    ["another app behind a quote left open", anchor(FOREIGN).replace("<a ", '<a title="a '), "another"],
  ] as const)("is refused for a link with %s", async ([name, content, problem], { expect }) => {
    const openid = `o${name.replaceAll(/\W/g, "")}`;
    await wechat.text(openid, "在吗");
    const response = await send(openid, text(content));
    expect(response.status).toBe(422);
    expect((await bodyOf(response))["detail"]).toContain(problem);
  });

  it("may contain any other link, and words that only resemble one", async ({ expect }) => {
    await wechat.text("oPlain", "在吗");
    const contents = ['<a href="https://x.cn">官网</a>', "data-miniprogram-appid=wx1", "1 < 2 <abc>", "<a>x</a>"];
    for (const content of contents) expect((await send("oPlain", text(content))).status, content).toBe(202);
    await expect.poll(() => readTexts(wechat, "oPlain")).toEqual(contents);
  });
});

describe("the texts of settings", () => {
  const KEY = `overrides.mini-program:${APPID}`;
  const putOverride = (appid: string, override: object) => {
    const json = { defaults: { fallback: { type: "silent" } }, overrides: { [`mini-program:${appid}`]: override } };
    return call("PUT", "/api/v1/settings", { json, headers: { "if-match": "*" } });
  };

  it("are each refused with their path when they link to another mini program", async ({ expect }) => {
    const response = await putOverride(APPID, {
      greeting: { messages: [text("您好"), text(anchor(FOREIGN))] },
      rules: [
        { id: "ok", match: { type: "anything" }, action: reply(anchor(APPID)) },
        { id: "bad", match: { type: "anything" }, action: reply("好", anchor(OTHER_APPID)) },
      ],
      offHours: reply(anchor(FOREIGN)),
      fallback: reply(anchor(APPID, "")),
    });
    expect(response.status).toBe(422);
    const { code, problems } = (await bodyOf(response)) as { code: string; problems: Record<string, string>[] };
    expect(code).toBe("invalid_settings");
    expect(problems.map(({ path }) => path)).toEqual([
      `${KEY}.greeting.messages.1.content`,
      `${KEY}.rules.1.action.messages.1.content`,
      `${KEY}.offHours.messages.0.content`,
      `${KEY}.fallback.messages.0.content`,
    ]);
    expect(problems[0]).toMatchObject({ problem: "has a link to another mini program" });
    expect(problems[0]?.["cure"]).toContain(APPID);
  });

  it("are checked against the app they are for", async ({ expect }) => {
    expect((await putOverride(OTHER_APPID, { fallback: reply(anchor(OTHER_APPID)) })).status).toBe(200);
    expect((await putOverride(APPID, { fallback: reply(anchor(OTHER_APPID)) })).status).toBe(422);
    expect((await putSettings({ fallback: reply(anchor(OTHER_APPID)) })).status).toBe(422);
  });

  it("contain no user's words inside a tag, however its quotes are read", async ({ expect }) => {
    for (const content of [
      '<a href="https://x.cn" title="a>b {{content}}">看</a>',
      "<a href='https://x.cn' title='a>b' {{content}}>看</a>",
      '<a href="https://x.cn>看</a> {{content}}',
    ]) {
      const response = await putSettings({ fallback: reply(content) });
      expect(response.status, content).toBe(422);
      const { problems } = (await bodyOf(response)) as { problems: Record<string, string>[] };
      expect(problems[0]?.["problem"], content).toContain("inside a tag");
    }
  });
});

describe("a user's words", () => {
  it("are returned as text, and the answer is sent", async ({ expect }) => {
    await useSilentSettings({ fallback: reply("您说的是：{{content}}") });
    await wechat.text("oEcho", anchor(FOREIGN));
    const shown = `您说的是：${anchor(FOREIGN).replaceAll("<", "＜")}`;
    await expect.poll(() => kindsOf("oEcho")).toEqual(["in", "out", "sent"]);
    expect(await readTexts(wechat, "oEcho")).toEqual([shown]);
  });

  it("remain text when a webhook returns them", async ({ expect }) => {
    const rules = [{ id: "ask", match: { type: "anything" }, action: { type: "webhook", webhookId: "shop" } }];
    await useSilentSettings({ webhooks: WEBHOOKS, rules });
    shop.answerWith(() =>
      Response.json({ messages: [text(`您说：${anchor(APPID)}`), text(anchor(APPID, "pages/a"))] }),
    );
    await wechat.text("oAsked", `看 ${anchor(APPID)}`);
    await expect.poll(() => kindsOf("oAsked")).toEqual(["in", "out", "out", "sent", "sent"]);
    const [first, second] = await readTexts(wechat, "oAsked");
    expect(first).toContain("您说：＜a href");
    expect(second).toBe(anchor(APPID, "pages/a"));
  });
});

describe("an endpoint's answer", () => {
  it("with a link to another mini program is logged, and the next rule applies", async ({ expect }) => {
    const rules = [
      { id: "ask", priority: 2, match: { type: "anything" }, action: { type: "webhook", webhookId: "shop" } },
      { id: "next", priority: 1, match: { type: "anything" }, action: reply("下一条") },
    ];
    await useSilentSettings({ webhooks: WEBHOOKS, rules });
    shop.answerWith(() => Response.json({ messages: [text(anchor(FOREIGN))] }));
    await wechat.text("oNext", "你好");
    await expect.poll(() => readTexts(wechat, "oNext")).toEqual(["下一条"]);
    const problem = expect.stringContaining("has a link to another mini program") as string;
    expect(lines()).toContainEqual(expect.objectContaining({ event: "webhook", outcome: "bad_message", problem }));
  });
});

describe("a handler's reply", () => {
  const run = (handlers: Partial<Handlers>, inbound: UserMessage | EnterAction) => {
    const idle = { onMessage: () => {}, onEnter: () => {} };
    return runHandlers({ handlers: { ...idle, ...handlers }, context }, inbound, {
      address: addressOf("oUser"),
      rules: RULES,
      env,
      requestId: "r1",
    });
  };
  const says = (content: string): UserMessage => ({
    event: "message",
    type: "text",
    name: "text",
    id: "1",
    content,
    ...HEAD,
  });

  it("with a link to another mini program is logged with the field and the rule, and the rules apply", async ({
    expect,
  }) => {
    expect(await run({ onMessage: (_, ctx) => ctx.reply(anchor(FOREIGN)) }, says("你好"))).toBeUndefined();
    const error = expect.stringContaining("reply: content has a link to another mini program") as string;
    expect(lines()).toContainEqual({ event: "handler_failed", requestId: "r1", name: "text", error });
    expect(JSON.stringify(lines())).not.toContain(FOREIGN);
    expect(await run({ onMessage: (_, ctx) => ctx.reply(anchor(APPID)) }, says("你好"))).toBeDefined();
  });

  it("repeats what the user wrote as text", async ({ expect }) => {
    const repeats: Partial<Handlers> = {
      onMessage: (message, ctx) => ctx.reply(`您说：${message.type === "text" ? message.content.trim() : ""}`),
      onEnter: (_, ctx) => ctx.reply(`关于${ctx.context.claimed?.product?.name}`, ctx.context.label),
    };
    const shown = { type: "text", content: `您说：${anchor(FOREIGN).replace("<a", "＜a")}` };
    for (const written of [`  ${anchor(FOREIGN)}`, anchor(FOREIGN).replace("<a", "<\u0001a")]) {
      expect((await run(repeats, says(written)))?.action).toEqual({ type: "reply", messages: [shown] });
    }
    const page = { page: "p", product: { id: "1", name: anchor(FOREIGN) } };
    const entryText = `${anchor(APPID)} kefu1${JSON.stringify(page)}`;
    const entered = await run(repeats, {
      event: "action",
      type: "enter",
      name: "user_enter_tempsession",
      entryText,
      ...HEAD,
    });
    const messages = entered?.action.type === "reply" ? entered.action.messages : [];
    expect(messages).toHaveLength(2);
    for (const message of messages) expect(message).toMatchObject({ content: expect.stringMatching(/^[^<]*＜a href/) });
  });
});
