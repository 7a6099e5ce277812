/** What forwarding stores: the relayed answers, in the object that stores the push, and the server's health. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, it, vi } from "vitest";
import { account, APPID, conversation, emulatedApp } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import { wechat } from "./each-test.ts";
import { usePushes } from "./push-bench.ts";

const FORWARD = { WECHAT_FORWARD_KINDS: "xpay_*,text", WECHAT_FORWARD_URL: "https://old.example.com/push?key=hidden" };
const RELAYED_MS = 2 * 86_400_000;

let calls = 0;
let answer: () => Response;

usePushes({
  apps: [emulatedApp(APPID)],
  vars: FORWARD,
  switches: { retries: 0 },
  hosts: {
    "old.example.com": async () => {
      calls += 1;
      return answer();
    },
  },
});
beforeEach(() => {
  calls = 0;
  answer = () => new Response(`answer ${calls}`);
});

const last = (push: { readonly attempts: readonly { readonly body: string }[] }) => push.attempts.at(-1)?.body;
const rowsIn = (stub: ReturnType<typeof conversation> | ReturnType<typeof account>) =>
  runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec<{ key: string }>("select key from forwarded_answers order by rowid").toArray(),
  );

describe("a relayed answer", () => {
  it("is kept after an eviction of the object, for an event and for a message", async ({ expect }) => {
    const event = await wechat.event("oKept", "xpay_kept_event");
    const text = await wechat.text("oKept", "你好");
    await evictDurableObject(account());
    await evictDurableObject(conversation("oKept"));
    expect(last(await wechat.redeliver({ id: event.id }))).toBe("answer 1");
    expect(last(await wechat.redeliver({ id: text.id }))).toBe("answer 2");
    expect(calls).toBe(2);
  });

  it("for a message is deleted when its user is erased", async ({ expect }) => {
    await wechat.text("oGone", "你好");
    expect(await rowsIn(conversation("oGone"))).toHaveLength(1);
    await call("DELETE", "/api/v1/conversations/oGone");
    const left = await runInDurableObject(conversation("oGone"), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name = 'forwarded_answers'").toArray(),
    );
    expect(left).toEqual([]);
  });

  it("for an event is deleted when the user it names is erased; others are kept", async ({ expect }) => {
    answer = () => new Response(calls === 1 ? '{"ErrCode":0,"openid":"oBuyer"}' : '{"ErrCode":0,"openid":"oBuyer2"}');
    const events = [await wechat.event("oPlatform", "xpay_one"), await wechat.event("oPlatform", "xpay_two")];
    await call("DELETE", "/api/v1/conversations/oBuyer");
    expect((await rowsIn(account())).filter(({ key }) => key.startsWith("e:xpay_one"))).toEqual([]);
    expect(last(await wechat.redeliver({ id: events[1]?.id ?? "" }))).toContain("oBuyer2");
    expect(calls).toBe(2);
  });

  it("is not stored for a user who was erased while the message was forwarded", async ({ expect }) => {
    answer = () => new Response("too late");
    const stub: unknown = conversation("oNever");
    const kept = await (stub as { relayed(key: string, given: object): Promise<object> }).relayed("k", {
      contentType: null,
      body: new Uint8Array([1]),
    });
    expect(kept).toMatchObject({ contentType: null });
    const tables = await runInDurableObject(conversation("oNever"), (_, { storage }) =>
      storage.sql.exec("select name from sqlite_master where name = 'forwarded_answers'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it("is deleted after two days, by the account's alarm and with the next answer", async ({ expect }) => {
    await wechat.event("oOld", "xpay_old_event");
    await wechat.text("oOld", "一");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + RELAYED_MS + 1_000 });
    await wechat.text("oOld", "二");
    expect(await rowsIn(conversation("oOld"))).toHaveLength(1);
    await runInDurableObject(account(), (_, { storage }) => storage.setAlarm(Date.now()));
    await runDurableObjectAlarm(account());
    expect(await rowsIn(account())).toEqual([]);
  });

  it("is kept only among the newest twenty of a user", async ({ expect }) => {
    for (let n = 1; n <= 23; n += 1) await wechat.text("oMany", `${n}`);
    expect(await rowsIn(conversation("oMany"))).toHaveLength(20);
  });
});

describe("GET /api/v1/forwarding", () => {
  const read = async (vars: Readonly<Record<string, string>> = FORWARD) =>
    bodyOf(await call("GET", "/api/v1/forwarding", { vars }));

  it("reports that nothing is forwarded", async ({ expect }) => {
    expect(await read({})).toEqual({ state: "off", kinds: [], target: null, failures: 0 });
  });

  it("shows kinds, address, failures and their end, and never more of the address than the origin", async ({
    expect,
  }) => {
    const head = { kinds: ["xpay_*", "text"], target: "https://old.example.com" };
    expect(await read()).toEqual({ state: "ok", ...head, failures: 0 });
    answer = () => new Response("no", { status: 502 });
    await wechat.event("oHealth", "xpay_health_event", { Number: 1 });
    const failing = await read();
    expect(failing).toEqual({
      state: "failing",
      ...head,
      failures: 1,
      failingSince: expect.any(String),
      lastFailureAt: expect.any(String),
      lastReason: "status",
      lastStatus: 502,
    });
    answer = () => new Response("success");
    await wechat.event("oHealth", "xpay_health_event", { Number: 2 });
    expect(await read()).toEqual({ state: "ok", ...head, failures: 0 });
  });
});
