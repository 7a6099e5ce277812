/** What a test file leaves is not found by the next one, which runs in the same workerd. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { accountMemory } from "../../worker/account/memory.ts";
import { findBucket } from "../../worker/archive/pictures/find-bucket.ts";
import { must } from "../support/conversation.ts";
import { alarmOf, auditObject, conversation, evict, kindsOf } from "../support/workerd.ts";
import { useWorker, wechat } from "./each-test.ts";
import { emptyStorage, isUsed, noteObjects, unloadModules } from "./empty-worker.ts";

useWorker({ settings: { fallback: { type: "reply", messages: [{ type: "text", content: "您好" }] } } });

if (!isUsed()) noteObjects();

describe("emptyStorage", () => {
  it("deletes what objects stored, in memory or evicted, and their alarms", async ({ expect }) => {
    for (const openid of ["oHere", "oEvicted"]) {
      await wechat.text(openid, "在吗");
      await runInDurableObject(conversation(openid), (_, { storage }) => storage.setAlarm(Date.now() + 3_600_000));
    }
    await evict("oEvicted");
    await evictDurableObject(auditObject());
    await emptyStorage();
    for (const openid of ["oHere", "oEvicted"]) {
      expect(await alarmOf(conversation(openid))).toBe(null);
      expect(await kindsOf(openid)).toEqual([]);
    }
    const rows = await runInDurableObject(auditObject(), (_, { storage }) => {
      const { sql } = storage;
      const tables = sql.exec<{ name: string }>("select name from sqlite_master where name like 'audit%'").toArray();
      return tables.flatMap(({ name }) => sql.exec(`select 1 from ${name}`).toArray());
    });
    expect(rows).toEqual([]);
  });

  it("deletes what KV and the bucket store, and the counters of the rate limiters", async ({ expect }) => {
    const bucket = must(findBucket(env), "bucket");
    await env.KV.put("left", "by a test");
    await bucket.put("left", new Uint8Array(1), { customMetadata: {} });
    for (let calls = 0; calls < 60; calls += 1) await env.SIGN_IN_RATE.limit({ key: "somebody" });
    expect(await env.SIGN_IN_RATE.limit({ key: "somebody" })).toEqual({ success: false });
    await emptyStorage();
    expect((await env.KV.list()).keys).toEqual([]);
    expect((await bucket.list({ prefix: "" })).objects).toEqual([]);
    expect(await env.SIGN_IN_RATE.limit({ key: "somebody" })).toEqual({ success: true });
  });
});

describe("unloadModules", () => {
  it("gives every module of the worker a new state", async ({ expect }) => {
    unloadModules();
    const again = await import("../../worker/account/memory.ts");
    expect(again.accountMemory).not.toBe(accountMemory);
  });
});
