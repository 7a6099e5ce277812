/** What the account keeps about a user who is erased: events of the app and unreadable pushes that name the user. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it } from "vitest";
import { account, APPID, conversation, OTHER_APPID, pass } from "../support/workerd.ts";
import { call, erase, send } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

useWorker({ clock: "now" });

/** Returns all stored events and the quarantine, as text. */
async function kept(appid = APPID): Promise<string> {
  const events = await runInDurableObject(account(appid), async (object) =>
    JSON.stringify(await object.appEvents(0, 200)),
  );
  const quarantine = await (await call("GET", "/api/v1/quarantine", { appid })).text();
  const rows = await runInDurableObject(account(appid), (_object, { storage }) =>
    ["account_events", "quarantine"].flatMap((table) => storage.sql.exec(`select * from ${table}`).toArray()),
  );
  return [events, quarantine, JSON.stringify(rows)].join("\n");
}

/** Returns the body of a push that cannot be parsed, because it has no MsgType. */
function unreadable(openid: string, more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ ToUserName: "gh_1", FromUserName: openid, CreateTime: 1_760_000_000, ...more });
}

describe("erasing a user", () => {
  it("empties the app's events that name the user in any field", async ({ expect }) => {
    await wechat.event("oPlatform", "wxa_media_check", { OpenID: "oNamed", trace_id: "trace-of-named" });
    await wechat.event("oPlatform", "xpay_goods_deliver_notify", { OpenId: "oNamed", OutTradeNo: "trade-of-named" });
    const inner = JSON.stringify({ payer: { openid: "oNamed" }, order: "nested-of-named" });
    await wechat.event("oPlatform", "brand_new_event", { Data: inner });
    await wechat.event("oNamed", "debug_demo", { debug_str: "debug-of-named" });
    await wechat.event("oPlatform", "wxa_media_check", { OpenID: "oNamedAlike", trace_id: "trace-alike" });
    expect(await kept()).toMatch(/oNamed"/);
    expect((await erase("oNamed")).status).toBe(204);
    const left = await kept();
    expect(left).not.toMatch(/oNamed\W|of-named/);
    expect(left).toContain("oNamedAlike");
    expect(left).toContain("trace-alike");
  });

  it("empties unreadable pushes that name the user, as JSON or XML, escaped or not", async ({ expect }) => {
    const xml = `<xml><FromUserName><![CDATA[oRaw]]></FromUserName><Content>raw-xml</Content></xml>`;
    const slashed = unreadable("oRaw/1", { Content: "raw-slash" }).replace("/1", "\\/1");
    for (const plaintext of [unreadable("oRaw", { Content: "raw-json" }), xml, slashed, unreadable("oRawAlike")]) {
      await wechat.text("oSender", "x", { overrides: { plaintext } });
    }
    expect(await kept()).toContain("raw-slash");
    await erase("oRaw");
    expect(await kept()).not.toMatch(/raw-json|raw-xml/);
    await erase("oRaw/1");
    const left = await kept();
    expect(left).not.toContain("raw-slash");
    expect(left).toContain("oRawAlike");
  });

  it("is not undone by a capture of such an event or push", async ({ expect }) => {
    const event = await wechat.event("oPlatform", "wxa_media_check", { OpenID: "oAgain", trace_id: "trace-again" });
    const broken = await wechat.text("oSender", "x", { overrides: { plaintext: unreadable("oAgain") } });
    await erase("oAgain");
    for (const { id } of [event, broken]) {
      const sent = await wechat.redeliver({ id });
      expect(sent.attempts.at(-1)?.verdict).toBe("success");
    }
    expect(await kept()).not.toContain("oAgain");
  });

  it("is not undone by one that arrives a day later, after the note of the erasure was deleted", async ({ expect }) => {
    const event = await wechat.event("oPlatform", "wxa_media_check", { OpenID: "oMuchLater", trace_id: "t" });
    const broken = await wechat.text("oSender", "x", { overrides: { plaintext: unreadable("oMuchLater") } });
    await erase("oMuchLater");
    pass(86_401_000);
    await runDurableObjectAlarm(account());
    for (const { id } of [event, broken]) await wechat.redeliver({ id });
    expect(await kept()).not.toContain("oMuchLater");
  });

  it("deletes the record that the user's message caused a pause", async ({ expect }) => {
    await wechat.text("oPaused", "在吗");
    await wechat.fault({ fault: "errcode", errcode: 45009, target: "send" });
    await send("oPaused", { type: "text", content: "您好" });
    const digits = conversation("oPaused").id.toString().slice(0, 12);
    const state = () => runInDurableObject(account(), (_object, { storage }) => JSON.stringify([...storage.kv.list()]));
    await expect.poll(state).toContain(digits);
    await erase("oPaused");
    expect(await state()).not.toContain(digits);
    expect(await state()).toContain('"pauseCode":"45009"');
  });

  it("concerns one app only", async ({ expect }) => {
    for (const appid of [APPID, OTHER_APPID]) {
      await wechat.event("oBoth", "debug_demo", { debug_str: "both" }, { appid });
    }
    await erase("oBoth");
    expect(await kept()).not.toContain("oBoth");
    expect(await kept(OTHER_APPID)).toContain("oBoth");
  });

  it("logs the amount of deleted data, and nothing of its content", async ({ expect }) => {
    await wechat.event("oLogged", "debug_demo", { debug_str: "logged" });
    await erase("oLogged");
    expect(lines().find(({ event }) => event === "user_erased")).toMatchObject({ account: APPID, records: 1 });
    expect(JSON.stringify(lines())).not.toContain("oLogged");
  });

  it("is repeated when the account could not be reached", async ({ expect }) => {
    await wechat.event("oTwice", "debug_demo", { debug_str: "twice" });
    const broken = { getByName: () => new Proxy({}, { get: () => () => Promise.reject(new Error("gone")) }) };
    const failed = await call("DELETE", "/api/v1/conversations/oTwice", { vars: { ACCOUNT: broken } });
    expect(failed.status).toBe(500);
    expect((await erase("oTwice")).status).toBe(204);
    expect(await kept()).not.toContain("oTwice");
  });
});
