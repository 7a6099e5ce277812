/**
 * Token source, settings snapshot and WeChat client as used by a Worker: isolate memory, real KV, the real account
 * object, WeChat simulated by the emulator.
 */
import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { accountMemory } from "../../worker/account/memory.ts";
import { rejected } from "../support/delivery.ts";
import { account, APPID, pass, playWeChat, emulatedApp, settingsObject } from "../support/workerd.ts";
import { connect, deliver, logged, published, useAccounts } from "./account-bench.ts";

useAccounts();

const OPENIDS = Array.from({ length: 100 }, (_, index) => `oUser${index}`);

let control: Control;
beforeEach(async () => {
  control = playWeChat({ apps: [emulatedApp(APPID, "secure", "json")], worker: async () => new Response("success") });
  await Promise.all(OPENIDS.map((openid) => control.text(openid, "hi")));
});

const deliverAll = async () => (await Promise.all(OPENIDS.map(deliver))).map(({ result }) => result);
const tokenCalls = async () => (await control.calls()).filter(({ path }) => path === "/cgi-bin/stable_token").length;

describe("senders", () => {
  it("get their token from KV when memory is empty, without asking the object", async ({ expect }) => {
    await deliver("oUser0");
    await vi.waitFor(async () => expect(await published()).not.toBeNull());
    accountMemory.clear();
    const getByName = vi.spyOn(env.ACCOUNT, "getByName");
    expect(await deliver("oUser1")).toEqual({ result: "accepted" });
    expect(getByName).not.toHaveBeenCalled();
    expect(await tokenCalls()).toBe(1);
  });

  it("cause exactly one refresh when the token becomes invalid during a hundred of them", async ({ expect }) => {
    await deliver("oUser0");
    await control.killToken();
    expect(new Set(await deliverAll())).toEqual(new Set(["accepted"]));
    expect(await tokenCalls()).toBe(2);
    expect((await control.chat("oUser7")).duplicates).toBe(0);
  });

  it("cause exactly one refresh when each begins with an empty memory", async ({ expect }) => {
    await deliver("oUser0");
    await control.killToken();
    const all = await Promise.all(
      OPENIDS.map((openid) => {
        accountMemory.clear();
        return deliver(openid);
      }),
    );
    expect(new Set(all.map(({ result }) => result))).toEqual(new Set(["accepted"]));
    expect(await tokenCalls()).toBe(2);
  });

  it("stop together when the app is out of quota", async ({ expect }) => {
    await deliver("oUser0");
    await control.fault({ fault: "errcode", errcode: 45009, target: "send" });
    expect(await deliver("oUser1")).toEqual(rejected(45009, { pausedUntil: expect.any(Number) }));
    const sends = (await control.calls()).length;
    await vi.waitFor(async () => expect(await published()).toMatchObject({ pauseCode: "45009" }));
    expect(await deliver("oUser2")).toMatchObject({ result: "not_sent", reason: "paused" });
    // Another isolate, and the object after an eviction, also know the pause.
    accountMemory.clear();
    expect(await deliver("oUser3")).toMatchObject({ result: "not_sent", reason: "paused" });
    await evictDurableObject(account());
    expect(await account().access()).toMatchObject({ value: { pauseCode: "45009" } });
    expect(await control.calls()).toHaveLength(sends);
  });

  it("log no token and no openid", async ({ expect }) => {
    await deliver("oUser0");
    await control.fault({ fault: "errcode", errcode: 48004, target: "send" });
    await deliver("oUser1");
    const snapshot = await account().access();
    expect(logged()).toContain("account_paused");
    expect(logged()).not.toContain("oUser1");
    expect(snapshot.ok && logged().includes(snapshot.value.token)).toBe(false);
  });
});

describe("settings", () => {
  it("reach a Worker without any from the object, and later from KV", async ({ expect }) => {
    expect((await connect().settings())?.settings.fallback).toEqual({ type: "handover" });
    await settingsObject().put("*", { defaults: { fallback: { type: "silent" } } });
    // The cached settings are used for up to a minute.
    expect((await connect().settings())?.settings.fallback).toEqual({ type: "handover" });
    pass(60_000);
    expect((await connect().settings())?.settings.fallback).toEqual({ type: "silent" });
  });
});
