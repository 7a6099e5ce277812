import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { createAccountStore } from "../../worker/account/store.ts";
import { pauseCause } from "../support/delivery.ts";
import { account, alarmOf, APPID, OTHER_APPID, pass, SECRETS } from "../support/workerd.ts";
import { endpoint, inside, LIFE_MS, logged, MINUTE_MS, published, tokenOf, useAccounts } from "./account-bench.ts";

useAccounts();

describe("the token", () => {
  it("is fetched once with the app's secret, stored, and published with its end", async ({ expect }) => {
    const expiresAt = Date.now() + LIFE_MS;
    const token = await tokenOf(account().access());
    expect(await tokenOf(account().access())).toBe(token);
    expect(endpoint.calls).toEqual([
      {
        grant_type: "client_credential",
        appid: APPID,
        secret: SECRETS.secret,
        force_refresh: false,
      },
    ]);
    await vi.waitFor(async () => expect(await published()).toEqual({ token, expiresAt }));
  });

  it("belongs to one app", async ({ expect }) => {
    expect(await tokenOf(account().access())).not.toBe(await tokenOf(account(OTHER_APPID).access()));
    expect(endpoint.calls).toMatchObject([{ appid: APPID }, { appid: OTHER_APPID }]);
  });

  it("survives an eviction", async ({ expect }) => {
    const token = await tokenOf(account().access());
    await evictDurableObject(account());
    expect(await tokenOf(account().access())).toBe(token);
    expect(endpoint.calls).toHaveLength(1);
  });

  it("is refreshed once for a hundred reports at once", async ({ expect }) => {
    const bad = await tokenOf(account().access());
    const all = await Promise.all(Array.from({ length: 100 }, () => tokenOf(account().replace(bad))));
    expect(new Set(all).size).toBe(1);
    expect(all[0]).not.toBe(bad);
    expect(endpoint.calls).toHaveLength(2);
    await vi.waitFor(async () => expect(await published()).toMatchObject({ token: all[0] }));
  });

  it("is forced at most once in 30 s, an eviction between or not", async ({ expect }) => {
    let current = "sticky-1";
    endpoint.answer = (force) => {
      if (force) current = "sticky-2";
      return { access_token: current, expires_in: 7200 };
    };
    await account().access();
    expect(await tokenOf(account().replace("sticky-1"))).toBe("sticky-2");
    await evictDurableObject(account());
    const limited = await account().replace("sticky-2");
    expect(limited).toEqual({ ok: false, error: { reason: "limited", until: Date.now() + 30_000 } });
    expect(endpoint.calls.filter((call) => call.force_refresh)).toHaveLength(1);
  });

  it("is returned while KV fails, which is logged, and published when KV works again", async ({ expect }) => {
    const put = vi.spyOn(env.KV, "put").mockRejectedValue(new Error("KV is down"));
    const token = await tokenOf(account().access());
    expect(await tokenOf(account().access())).toBe(token);
    await vi.waitFor(() => expect(logged()).toContain("publish_failed"));
    expect(await published()).toBeNull();
    put.mockRestore();
    await vi.waitFor(async () => expect(await published()).toMatchObject({ token }), { timeout: 4_000 });
  });

  it("appears in no log line, nor does the secret", async ({ expect }) => {
    const token = await tokenOf(account().access());
    await account().pause(pauseCause(48004));
    endpoint.answer = () => ({ errcode: 40164, errmsg: `invalid ip, token ${token}` });
    await account().replace(token);
    expect(logged()).toContain("token_refused");
    expect(logged()).not.toContain(token);
    expect(logged()).not.toContain(SECRETS.secret);
  });

  it("is not fetched for an app that is not configured", async ({ expect }) => {
    const message = await inside(async (object) => {
      try {
        await object.access();
        return "";
      } catch (error) {
        return String(error);
      }
    }, "wx0000000000000000");
    expect(message).toContain("not configured");
    expect(endpoint.calls).toEqual([]);
  });
});

describe("the alarm", () => {
  it("is not set for a token without a reader near its end", async ({ expect }) => {
    await account().access();
    pass(LIFE_MS / 2);
    await account().access();
    expect(await alarmOf(account())).toBeNull();
  });

  it("refreshes in the background, inside the last five minutes, a token that is in use", async ({ expect }) => {
    const token = await tokenOf(account().access());
    const expiresAt = Date.now() + LIFE_MS;
    pass(LIFE_MS - 9 * MINUTE_MS);
    expect(await tokenOf(account().access())).toBe(token);
    expect(endpoint.calls).toHaveLength(1);
    const alarmAt = (await alarmOf(account())) ?? 0;
    expect(expiresAt - alarmAt).toBeLessThanOrEqual(5 * MINUTE_MS);
    expect(expiresAt - alarmAt).toBeGreaterThan(3 * MINUTE_MS);
    await evictDurableObject(account());
    vi.setSystemTime(alarmAt);
    expect(await runDurableObjectAlarm(account())).toBe(true);
    expect(endpoint.calls).toHaveLength(2);
    expect(await tokenOf(account().access())).not.toBe(token);
    expect(await alarmOf(account())).toBeNull();
  });

  it("that was lost is set again by the next one who needs it", async ({ expect }) => {
    await account().access();
    pass(LIFE_MS - 9 * MINUTE_MS);
    await account().access();
    const lostAt = (await alarmOf(account())) ?? 0;
    await inside((_object, { storage }) => storage.deleteAlarm());
    vi.setSystemTime(lostAt + MINUTE_MS);
    await account().appEvent(
      "k1",
      {
        user: "oPlatform",
        event: {
          event: "account-event",
          type: "other",
          name: "debug_demo",
          createdAt: Date.now(),
          raw: '{"debug_str":"hello"}',
        },
      },
      Date.now(),
    );
    expect(await alarmOf(account())).not.toBeNull();
  });

  it("never throws and is set again when WeChat does not answer", async ({ expect }) => {
    const token = await tokenOf(account().access());
    pass(LIFE_MS - 9 * MINUTE_MS);
    await account().access();
    vi.setSystemTime((await alarmOf(account())) ?? 0);
    vi.mocked(globalThis.fetch).mockRejectedValue(new TypeError("network"));
    await runDurableObjectAlarm(account());
    expect(await alarmOf(account())).toBe(Date.now() + MINUTE_MS);
    expect(await tokenOf(account().access())).toBe(token);
  });
});

describe("a pause", () => {
  it("travels with the published access, and with the object's answers", async ({ expect }) => {
    const token = await tokenOf(account().access());
    const pause = await account().pause(pauseCause(48004));
    expect(pause.pauseCode).toBe("48004");
    expect(pause.pausedUntil - Date.now()).toBeGreaterThanOrEqual(10 * MINUTE_MS);
    await vi.waitFor(async () => expect(await published()).toMatchObject({ token, ...pause }));
    await evictDurableObject(account());
    expect(await account().access()).toMatchObject({ ok: true, value: pause });
  });

  it("is written and published once for a thousand reports at once", async ({ expect }) => {
    await account().access();
    await vi.waitFor(async () => expect(await published()).not.toBeNull());
    const put = vi.spyOn(env.KV, "put");
    const pauses = await Promise.all(Array.from({ length: 1000 }, () => account().pause(pauseCause(45011))));
    expect(new Set(pauses.map(({ pausedUntil }) => pausedUntil)).size).toBe(1);
    await vi.waitFor(async () => expect(await published()).toMatchObject({ pauseCode: "45011" }));
    expect(put).toHaveBeenCalledTimes(1);
  });

  it("is moved on by a later report and never nearer", async ({ expect }) => {
    const first = await account().pause(pauseCause(50007));
    pass(5 * MINUTE_MS);
    const second = await account().pause(pauseCause(50007));
    expect(second.pausedUntil).toBeGreaterThan(first.pausedUntil + 4 * MINUTE_MS);
    expect(await account().pause(pauseCause(45011))).toEqual(second);
  });

  it("is not ended by a new token", async ({ expect }) => {
    const token = await tokenOf(account().access());
    const pause = await account().pause(pauseCause(48004));
    expect(await account().replace(token)).toMatchObject({ ok: true, value: pause });
  });
});

describe("an app without messages", () => {
  it("is read without a single row being written", async ({ expect }) => {
    expect(await account().appEvents(0, 10)).toEqual([]);
    expect(await account().quarantined(10)).toEqual([]);
    const tables = await inside((_object, { storage }) =>
      storage.sql.exec<{ name: string }>("select name from sqlite_master").toArray(),
    );
    expect(tables.filter(({ name }) => !name.startsWith("_cf"))).toEqual([]);
    expect(await alarmOf(account())).toBeNull();
  });
});

describe("the storage", () => {
  it("is not opened when a newer version of the worker wrote it", async ({ expect }) => {
    await account().pause(pauseCause(48004));
    const open = await inside((_object, { storage }) => {
      storage.kv.put("head", { schema: 99, credential: `wechat:${APPID}` });
      try {
        createAccountStore(storage, `wechat:${APPID}`);
        return "opened";
      } catch (error) {
        return String(error);
      }
    });
    expect(open).toContain("schema 99");
  });

  it("is stored with its credential, so that an alarm refreshes the correct token", async ({ expect }) => {
    await account().pause(pauseCause(48004));
    expect(await inside((_object, { storage }) => createAccountStore(storage, undefined).credential())).toBe(
      `wechat:${APPID}`,
    );
  });
});
