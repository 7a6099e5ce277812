/**
 * KV as a cache of the answers to repeated pushes (DEDUPE_KV): which are answered from KV, which by the conversation.
 */
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { kindsOf, playWeChat, readTexts, remote } from "../support/workerd.ts";
import { namespaceOf, type ReceiveArgs, type SettleArgs, usePushes } from "./push-bench.ts";

usePushes();

describe("the answers of repeated pushes in KV", () => {
  it("keep the answer of a push that was repeated, and then no object is called", async ({ expect }) => {
    let asked = 0;
    const counting = namespaceOf(() => ({
      receive(...args: ReceiveArgs) {
        asked += 1;
        return remote("oKv").receive(...args);
      },
      settle: (...args: SettleArgs) => remote("oKv").settle(...args),
    }));
    const app = playWeChat({ vars: { CONVERSATION: counting } });
    const push = await app.text("oKv", "价格");
    await app.redeliver({ id: push.id });
    expect(asked).toBe(2);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5_000 });
    const again = await app.redeliver({ id: push.id, copies: 10 });
    expect(again.attempts.slice(-10).map(({ verdict }) => verdict)).toEqual(Array(10).fill("success"));
    expect(asked).toBe(2);
  });

  it("include a handover, and the conversation is unchanged", async ({ expect }) => {
    let asked = 0;
    const counting = namespaceOf(() => ({
      receive(...args: ReceiveArgs) {
        asked += 1;
        return remote("oAgain").receive(...args);
      },
      settle: (...args: SettleArgs) => remote("oAgain").settle(...args),
    }));
    const app = playWeChat({ vars: { CONVERSATION: counting } });
    const push = await app.text("oAgain", "人工");
    await app.redeliver({ id: push.id });
    await app.text("oAgain", "价格");
    await expect.poll(() => kindsOf("oAgain")).toContain("sent");
    const before = await remote("oAgain").view(10);
    expect(before?.window.grant).toBe("message");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 5_000 });
    const again = await app.redeliver({ id: push.id });
    expect(again.attempts.at(-1)?.verdict).toBe("transfer");
    expect(await remote("oAgain").view(10)).toEqual(before);
    expect(asked).toBe(3);
  });

  it("are not waited for when KV does not answer", async ({ expect }) => {
    const get = (key: string, type: "json") =>
      key.startsWith("seen:") ? new Promise<never>(() => {}) : env.KV.get(key, type);
    const app = playWeChat({ vars: { KV: { get, put: () => Promise.resolve() } } });
    const push = await app.text("oHangs", "价格", { createTime: Math.floor(Date.now() / 1_000) - 30 });
    expect(push.outcome).toBe("acknowledged");
  });

  it("keep the answer of a push that was answered late", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    let asked = 0;
    const slow = namespaceOf(() => ({
      async receive(...args: ReceiveArgs) {
        asked += 1;
        const received = await remote("oLate").receive(...args);
        vi.setSystemTime(Date.now() + 3_500);
        return received;
      },
      settle: (...args: SettleArgs) => remote("oLate").settle(...args),
    }));
    const app = playWeChat({ vars: { CONVERSATION: slow } });
    const push = await app.text("oLate", "价格");
    vi.setSystemTime(Date.now() + 5_000);
    const again = await app.redeliver({ id: push.id });
    expect(again.attempts.at(-1)?.verdict).toBe("success");
    expect(asked).toBe(1);
  });

  it("are neither written nor read without repeats", async ({ expect }) => {
    const keys: string[] = [];
    const noting = {
      get: (key: string, type: "json") => (keys.push(key), env.KV.get(key, type)),
      put: (key: string, value: string) => (keys.push(key), env.KV.put(key, value)),
    };
    await playWeChat({ vars: { KV: noting } }).text("oCalm", "价格");
    await expect.poll(() => kindsOf("oCalm")).toContain("sent");
    expect(keys.filter((key) => key.startsWith("seen:"))).toEqual([]);
  });

  it("are written once a minute for a push that is repeated often", async ({ expect }) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const keys: string[] = [];
    const noting = {
      get: (key: string, type: "json") => env.KV.get(key.startsWith("seen:") ? "nothing" : key, type),
      put: (key: string, value: string) => (keys.push(key), env.KV.put(key, value)),
    };
    const written = () => keys.filter((key) => key.startsWith("seen:"));
    const app = playWeChat({ vars: { KV: noting } });
    const push = await app.text("oReplay", "价格");
    await app.redeliver({ id: push.id, copies: 20 });
    expect(written()).toHaveLength(1);
    vi.setSystemTime(Date.now() + 60_000);
    await app.redeliver({ id: push.id, copies: 20 });
    expect(written()).toHaveLength(2);
  });

  it("are written again when the first write failed", async ({ expect }) => {
    let puts = 0;
    const failing = {
      get: (key: string, type: "json") => env.KV.get(key, type),
      put: (key: string) => Promise.reject(new Error(key.startsWith("seen:") ? `kv down ${(puts += 1)}` : "kv down")),
    };
    const app = playWeChat({ vars: { KV: failing } });
    const push = await app.text("oUntaken", "价格");
    await app.redeliver({ id: push.id });
    await app.redeliver({ id: push.id });
    expect(puts).toBe(2);
  });

  it("are neither written nor read when DEDUPE_KV is off", async ({ expect }) => {
    const keys: string[] = [];
    const note = (key: string): Promise<null> => {
      keys.push(key);
      return Promise.resolve(null);
    };
    const kv = { get: note, put: note };
    const app = playWeChat({ vars: { DEDUPE_KV: "off", KV: kv } });
    const push = await app.text("oOff", "价格");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_000 });
    await app.redeliver({ id: push.id });
    expect(keys.filter((key) => key.startsWith("seen:"))).toEqual([]);
    expect((await kindsOf("oOff")).filter((kind) => kind === "in")).toHaveLength(1);
  });

  it("may fail without an effect on the response", async ({ expect }) => {
    const broken = { get: () => Promise.reject(new Error("kv down")), put: () => Promise.reject(new Error("kv down")) };
    const app = playWeChat({ vars: { KV: broken } });
    const push = await app.text("oBroken", "价格", { createTime: Math.floor(Date.now() / 1_000) - 30 });
    expect(push.outcome).toBe("acknowledged");
    await expect.poll(() => readTexts(app, "oBroken")).toEqual(["价格见商品页"]);
  });
});
