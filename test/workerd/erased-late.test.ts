/**
 * Events of the app and unreadable pushes that name an erased user, are from before the erasure, and come for the first
 * time after it: nothing of the user is stored or delivered.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, it, vi } from "vitest";
import type { PushContent } from "../../emulator/push-model.ts";
import * as handlers from "../../worker/custom/handlers.ts";
import { account, conversation, emptyAccount, pass, tablesIn } from "../support/workerd.ts";
import { call, erase, putSettings } from "./api-client.ts";
import { lines, shop, useWorker, wechat } from "./each-test.ts";

const USER = "oLate-6_bmjrPTlm6_2sgVt7hMZO";
const DAY = 86_400_000;
const FORWARD = { WECHAT_FORWARD_KINDS: "xpay_*,text", WECHAT_FORWARD_URL: "https://old.example.com/push" };

let forwarded = 0;
let answer: () => Response;
/** What happens while the team's own server handles a forwarded push. */
let meanwhile: () => unknown;

useWorker({
  clock: "hour ahead",
  wholeSeconds: true,
  settings: null,
  vars: FORWARD,
  switches: { retries: 0 },
  hosts: {
    "old.example.com": async () => {
      forwarded += 1;
      await meanwhile();
      return answer();
    },
  },
});
beforeEach(async () => {
  forwarded = 0;
  answer = () => new Response("handled");
  meanwhile = () => undefined;
  await emptyAccount();
});

/** Makes a push that WeChat does not deliver yet. */
const later = (content: PushContent, openid = "oPlatform") => wechat.push({ openid, content, deliver: false });
const event = (name: string, fields: Record<string, string>): PushContent => ({ kind: "event", event: name, fields });
const outcomes = () =>
  lines()
    .filter((line) => line["event"] === "push")
    .map(({ outcome }) => outcome);
const quarantine = async () =>
  (await (await call("GET", "/api/v1/quarantine")).json<{ entries: Record<string, unknown>[] }>()).entries;

/** Makes such a push that cannot be parsed, because it has no MsgType. */
const unreadable = (fields: Readonly<Record<string, unknown>>) =>
  wechat.text("oSender", "x", {
    deliver: false,
    overrides: {
      plaintext: JSON.stringify({ ToUserName: "gh_1", CreateTime: Math.floor(Date.now() / 1_000), ...fields }),
    },
  });

async function redeliver({ id }: { readonly id: string }): Promise<string | undefined> {
  return (await wechat.redeliver({ id })).attempts.at(-1)?.body;
}

/** Returns everything that the account stores, as text. */
function stored(): Promise<string> {
  return runInDurableObject(account(), (_object, { storage }) => {
    const rows = tablesIn(storage).flatMap((table) => storage.sql.exec(`select * from ${table}`).toArray());
    return JSON.stringify([[...storage.kv.list()], rows], (_key, value: unknown) =>
      value instanceof ArrayBuffer ? new TextDecoder().decode(value) : value,
    );
  });
}

async function ring(): Promise<void> {
  pass(2_000);
  await runDurableObjectAlarm(account());
}

describe("an event from before the erasure of the user it names", () => {
  it.for([
    ["in its head", USER, event("debug_demo", { debug_str: "of-the-user" })],
    ["in a field", "oPlatform", event("wxa_media_check", { OpenID: USER, trace_id: "of-the-user" })],
    ["within a text", "oPlatform", event("brand_new", { Data: `{"to":["a_${USER}"],"said":"of-the-user"}` })],
    ["percent-encoded", "oPlatform", event("brand_new", { Path: `p?q=%7B${USER}%7D&say=of-the-user` })],
  ] as const)(
    "%s, that comes after it, is acknowledged, counted and stored empty",
    async ([, openid, content], { expect }) => {
      const push = await later(content, openid);
      pass(5_500);
      expect((await erase(USER)).status).toBe(204);
      expect(await redeliver(push)).toBe("success");
      expect(await stored()).not.toMatch(new RegExp(`${USER}|of-the-user`));
      expect(await redeliver(push)).toBe("success");
      expect(await stored()).not.toMatch(new RegExp(`${USER}|of-the-user`));
      expect(outcomes()).toEqual(["erased", "erased"]);
      const { events } = await (await call("GET", "/api/v1/events")).json<{ events: unknown[] }>();
      expect(events).toEqual([]);
      const rows = await runInDurableObject(account(), (_, { storage }) =>
        storage.sql.exec("select seq from account_events").toArray(),
      );
      expect(rows).toHaveLength(1);
    },
  );

  it("is not passed to the team's code", async ({ expect }) => {
    const onEvent = vi.spyOn(handlers, "onEvent");
    const push = await later(event("debug_demo", { debug_str: "old" }), USER);
    await erase(USER);
    await redeliver(push);
    expect(onEvent).not.toHaveBeenCalled();
  });

  it("is not delivered to webhooks, and does not delay later events", async ({ expect }) => {
    const hook = { id: "shop", url: "https://shop.example.com/hook" };
    await putSettings({ fallback: { type: "silent" }, webhooks: [hook] });
    const push = await later(event("debug_demo", { debug_str: "old" }), USER);
    pass(5_000);
    await erase(USER);
    await redeliver(push);
    await ring();
    await ring();
    expect(shop.events).toEqual([]);
    await wechat.event(USER, "debug_demo", { debug_str: "new" });
    await ring();
    expect(
      shop.events.map(({ data }) => (data["event"] as { fields: Record<string, string> }).fields["debug_str"]),
    ).toEqual(["new"]);
  });

  it("includes an event of the same second and one that arrives a day later; later events and those of other users are stored", async ({
    expect,
  }) => {
    const old = await later(event("debug_demo", { debug_str: "before" }), USER);
    const other = await later(event("debug_demo", { debug_str: "others" }), `${USER.slice(0, -1)}x`);
    pass(999);
    await erase(USER);
    pass(1);
    await wechat.event(USER, "debug_demo", { debug_str: "after" });
    await redeliver(other);
    await evictDurableObject(account());
    pass(DAY - 1_001);
    await redeliver(old);
    const all = await stored();
    expect(all).not.toContain("before");
    expect(all).toContain("after");
    expect(all).toContain("others");
  });

  it("includes an event without CreateTime that arrives within a day, also an event of a user", async ({ expect }) => {
    const bare = (name: string, fields: Record<string, string>): PushContent => ({
      kind: "event",
      event: name,
      fields,
      omit: ["CreateTime"],
    });
    const ofApp = await later(bare("brand_new", { OpenId: USER, Number: "1" }));
    const ofUser = await later(bare("user_info_modified", { OpenID: USER, RevokeInfo: "1" }));
    await erase(USER);
    pass(60_000);
    await redeliver(ofApp);
    await redeliver(ofUser);
    expect(await stored()).not.toContain(USER);
    expect((await call("GET", `/api/v1/conversations/${USER}`)).status).toBe(404);
    expect(outcomes()).toEqual(["erased", "erased"]);
  });

  it("that was erased while a webhook was called is not delivered after it", async ({ expect }) => {
    const hook = { id: "shop", url: "https://shop.example.com/hook" };
    await putSettings({ fallback: { type: "silent" }, webhooks: [hook] });
    await wechat.event("oPlatform", "brand_new", { Number: "1" });
    await wechat.event(USER, "debug_demo", { debug_str: "of-the-user" });
    shop.answerWith(async () => {
      shop.answerWith(() => new Response(null, { status: 204 }));
      await erase(USER);
      return new Response(null, { status: 204 });
    });
    await ring();
    await ring();
    expect(shop.events).toHaveLength(1);
    expect(shop.events[0]?.body).not.toContain(USER);
  });
});

describe("a forwarded event from before the erasure", () => {
  it("is still answered by the team's own server, and neither event nor answer is stored", async ({ expect }) => {
    answer = () => new Response(`{"ErrCode":0,"openid":"${USER}"}`);
    const push = await later(event("xpay_goods_deliver_notify", { OpenId: USER, OutTradeNo: "of-the-user" }));
    pass(5_000);
    await erase(USER);
    expect(await redeliver(push)).toContain('"ErrCode":0');
    expect(await redeliver(push)).toContain('"ErrCode":0');
    expect(forwarded).toBe(2);
    expect(await stored()).not.toMatch(new RegExp(`${USER}|of-the-user`));
  });

  it("stores no answer for a user who was erased meanwhile and has written again", async ({ expect }) => {
    meanwhile = async () => {
      await erase("oBack");
      pass(1_000);
      await wechat.enter("oBack");
    };
    answer = () => new Response("of-the-user");
    await wechat.text("oBack", "在吗");
    const rows = await runInDurableObject(conversation("oBack"), (_, { storage }) => [
      storage.sql.exec("select name from sqlite_master where name = 'forwarded_answers'").toArray(),
      storage.sql.exec("select seq from log").toArray().length,
    ]);
    expect(rows).toEqual([[], 1]);
  });

  it("stores no answer that arrives after the user was erased", async ({ expect }) => {
    meanwhile = () => erase(USER);
    answer = () => new Response(`{"ErrCode":0,"openid":"${USER}"}`);
    const push = await wechat.event("oPlatform", "xpay_goods_deliver_notify", { OutTradeNo: "1" });
    expect(push.attempts.at(-1)?.body).toContain('"ErrCode":0');
    expect(await stored()).not.toContain(USER);
  });
});

describe("an unreadable push from before the erasure of a user it names", () => {
  it("is stored once, without its text", async ({ expect }) => {
    const push = await unreadable({ FromUserName: USER, Content: "of-the-user" });
    pass(5_000);
    await erase(USER);
    expect(await redeliver(push)).toBe("success");
    expect(await redeliver(push)).toBe("success");
    expect(await stored()).not.toMatch(new RegExp(`${USER}|of-the-user`));
    expect(await quarantine()).toMatchObject([{ body: "", truncated: true }]);
  });

  it("includes a push without a time that arrives within a day", async ({ expect }) => {
    await erase(USER);
    pass(60_000);
    await redeliver(await unreadable({ FromUserName: USER, CreateTime: "" }));
    expect(await stored()).not.toContain(USER);
  });

  it("is stored completely when it names another user, when it is newer than the erasure, and when it arrives after the day", async ({
    expect,
  }) => {
    await erase(USER);
    await redeliver(await unreadable({ FromUserName: "oSomebodyElse" }));
    pass(1_000);
    await redeliver(await unreadable({ FromUserName: USER }));
    pass(DAY);
    await runDurableObjectAlarm(account());
    await redeliver(await unreadable({ FromUserName: USER, CreateTime: "" }));
    const bodies = (await quarantine()).map(({ body }) => String(body));
    expect(bodies).toMatchObject([
      expect.stringContaining(USER),
      expect.stringContaining(USER),
      expect.stringContaining("oSomebodyElse"),
    ]);
  });
});
