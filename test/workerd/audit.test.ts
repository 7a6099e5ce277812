/**
 * The audit log: which actions are recorded with which actor, and that neither a changed nor a missing entry goes
 * unnoticed.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { describe, it, vi } from "vitest";
import type { AuditPage } from "../../client/index.ts";
import { auditStub } from "../../worker/audit/client.ts";
import type { AuditDraft } from "../../worker/audit/core/entry.ts";
import type { AuditRpc } from "../../worker/audit/rpc.ts";
import { createAuditStore } from "../../worker/audit/store.ts";
import { alarmOf, API_KEY, auditObject, conversation, settingsObject, tablesIn } from "../support/workerd.ts";
import { bodyOf, call, erase, putSettings } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";
import { callAs, makeAgent } from "./people-play.ts";

useWorker({ clock: "weeks apart" });

const OTHER_KEY = "other-key-0123456789abcdef";
const nameOf = (key: string) => `api:${createHash("sha256").update(key).digest("hex").slice(0, 8)}`;
const audit = () => auditStub(env.AUDIT, "apac");
/** Types a stub with the object's methods: the runtime's types cannot express recursive types. */
const callable = (stub: ReturnType<typeof auditObject>) => stub as unknown as AuditRpc;
const draftOf = (actor: string): AuditDraft => {
  return { at: Date.now(), actor, action: "conversation.export", target: "conversation:test", data: {} };
};

async function pageOf(query = ""): Promise<AuditPage> {
  const response = await call("GET", `/api/v1/audit${query}`);
  return response.json();
}

/** Returns the entries after a seq. */
async function since(seq: number) {
  const { entries } = await pageOf(`?after=${seq}`);
  return entries;
}

const newest = async () => (await pageOf()).head?.seq ?? 0;

/** Makes every call of the audit object fail. */
function cutOff() {
  return vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
    throw new Error("the audit object is not reachable");
  });
}

describe("an export", () => {
  it("is recorded with the key of the caller, and no openid", async ({ expect }) => {
    await wechat.text("oExported", "手机13800138000");
    const before = await newest();
    const path = "/api/v1/conversations/oExported/export";
    const exported = await (await call("GET", path)).bytes();
    expect(new TextDecoder().decode(exported)).toContain("13800138000");
    await (await call("GET", path, { key: OTHER_KEY })).bytes();
    const entries = await since(before);
    const target = `conversation:${conversation("oExported").id.toString()}`;
    expect(entries).toMatchObject([
      { seq: before + 1, actor: nameOf(API_KEY), action: "conversation.export", target, data: {} },
      { seq: before + 2, actor: nameOf(OTHER_KEY), action: "conversation.export", target, data: {} },
    ]);
    expect(entries[0]?.at).toBe(new Date().toISOString());
    expect(JSON.stringify(entries)).not.toMatch(/oExported|13800138000/);
  });

  it("of a user who is not known is not recorded", async ({ expect }) => {
    const before = await newest();
    expect((await call("GET", "/api/v1/conversations/oNobody/export")).status).toBe(404);
    expect(await since(before)).toEqual([]);
  });

  it("is refused when it cannot be recorded, and returns no data", async ({ expect }) => {
    await wechat.text("oRefused", "canary");
    cutOff();
    const response = await call("GET", "/api/v1/conversations/oRefused/export");
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ code: "audit_unavailable" });
    expect(text).not.toContain("canary");
    expect(lines().map(({ event }) => event)).toContain("audit_not_recorded");
  });
});

describe("an erasure", () => {
  it("is recorded, and the record outlives it", async ({ expect }) => {
    await wechat.text("oErased", "canary");
    const before = await newest();
    expect((await erase("oErased")).status).toBe(204);
    const target = `conversation:${conversation("oErased").id.toString()}`;
    expect(await since(before)).toMatchObject([{ actor: nameOf(API_KEY), action: "conversation.erase", target }]);
    expect((await pageOf()).broken).toBeNull();
  });

  it("that cannot be recorded is refused and erases nothing; repeated, it does both", async ({ expect }) => {
    await wechat.text("oKept", "canary");
    const cut = cutOff();
    expect((await erase("oKept")).status).toBe(503);
    cut.mockRestore();
    expect((await call("GET", "/api/v1/conversations/oKept")).status).toBe(200);
    const before = await newest();
    expect((await erase("oKept")).status).toBe(204);
    expect(await since(before)).toHaveLength(1);
  });
});

describe("a change of the settings", () => {
  const greeting = (content: string) => ({
    greeting: { messages: [{ type: "text", content }] },
    fallback: { type: "silent" },
  });

  it("is recorded with versions and keys, and without any text", async ({ expect }) => {
    const first = await putSettings(greeting("canary one"));
    const { version } = await first.json<{ version: number }>();
    const before = await newest();
    expect((await putSettings(greeting("canary two"), { key: OTHER_KEY })).status).toBe(200);
    const entries = await since(before);
    expect(entries).toMatchObject([
      {
        actor: nameOf(OTHER_KEY),
        action: "settings.change",
        target: "settings",
        data: { from: version, to: version + 1, keys: ["defaults.greeting"] },
      },
    ]);
    expect(JSON.stringify(await pageOf())).not.toContain("canary");
  });

  it("by an agent is recorded with the sign-in that was used", async ({ expect }) => {
    const admin = await makeAgent("admin");
    const before = await newest();
    const json = { defaults: greeting("canary three") };
    const put = await callAs(admin, "PUT", "/api/v1/settings", { json, headers: { "if-match": "*" } });
    expect(put.status).toBe(200);
    const { signIn } = await bodyOf(await callAs(admin, "GET", "/api/v1/me"));
    expect(await since(before)).toMatchObject([{ actor: `agent:${admin.id}`, data: { signIn } }]);
  });

  it("that is refused is not recorded", async ({ expect }) => {
    const before = await newest();
    expect((await putSettings({ fallback: { type: "none" } })).status).toBe(422);
    expect((await putSettings(greeting("x"), { headers: { "if-match": '"0"' } })).status).toBe(412);
    expect(await since(before)).toEqual([]);
  });

  it("is made while nothing can be recorded, and recorded by the alarm, each change once and in order", async ({
    expect,
  }) => {
    const before = await newest();
    const cut = cutOff();
    for (const content of ["a", "b"]) expect((await putSettings(greeting(content))).status).toBe(200);
    expect(await alarmOf(settingsObject())).not.toBeNull();
    await evictDurableObject(settingsObject());
    expect(await runDurableObjectAlarm(settingsObject())).toBe(true);
    expect(await alarmOf(settingsObject())).not.toBeNull();
    cut.mockRestore();
    expect(await since(before)).toEqual([]);
    await runDurableObjectAlarm(settingsObject());
    const entries = await since(before);
    expect(entries.map(({ data }) => data["keys"])).toEqual([["defaults.greeting"], ["defaults.greeting"]]);
    expect(entries.map(({ data }) => Number(data["to"]) - Number(data["from"]))).toEqual([1, 1]);
    await vi.waitUntil(async () => (await alarmOf(settingsObject())) === null);
    await putSettings(greeting("c"));
    expect(await since(before)).toHaveLength(3);
  });

  it("that was recorded without its answer arriving is not recorded again", async ({ expect }) => {
    const before = await newest();
    await putSettings(greeting("d"));
    await runInDurableObject(settingsObject(), (_, { storage }) => {
      const { schema, audited } = storage.kv.get<{ schema: number; audited: number }>("head") ?? {
        schema: 1,
        audited: 1,
      };
      storage.kv.put("head", { schema, audited: audited - 1 });
    });
    await evictDurableObject(settingsObject());
    await putSettings(greeting("e"));
    expect(await since(before)).toHaveLength(2);
  });

  it("keeps versions that are not recorded, however many there are", async ({ expect }) => {
    const before = await newest();
    const cut = cutOff();
    for (let count = 0; count < 23; count += 1) await settingsObject().put("*", { defaults: greeting(`${count}`) });
    cut.mockRestore();
    await runDurableObjectAlarm(settingsObject());
    expect(await since(before)).toHaveLength(23);
    await settingsObject().put("*", { defaults: greeting("last") });
    const kept = await runInDurableObject(settingsObject(), (_, { storage }) => {
      return storage.sql.exec("select version from versions").toArray().length;
    });
    expect(kept).toBe(20);
  });
});

describe("GET /audit", () => {
  it("continues from a cursor, and ends with an empty page", async ({ expect }) => {
    const start = await newest();
    for (const actor of ["a", "b", "c"]) await audit().record(`page:${actor}`, draftOf(actor));
    const first = await pageOf(`?after=${start}&limit=2`);
    expect(first.entries.map(({ actor }) => actor)).toEqual(["a", "b"]);
    expect(first.next).toBe(start + 2);
    const second = await pageOf(`?after=${first.next}&limit=2`);
    expect(second.entries.map(({ actor }) => actor)).toEqual(["c"]);
    expect(second.entries[0]?.prev).toBe(first.entries[1]?.hash);
    expect(second.head).toEqual({ seq: start + 3, hash: second.entries[0]?.hash });
    expect(await pageOf(`?after=${second.next}`)).toMatchObject({ entries: [], next: start + 3, broken: null });
    expect((await call("GET", "/api/v1/audit?limit=0")).status).toBe(422);
  });

  it("can be verified from its content, without this code", async ({ expect }) => {
    await audit().record("outside", draftOf("o"));
    const { entries } = await pageOf();
    let prev = "0".repeat(64);
    for (const { action, actor, at, data, seq, target, hash } of entries) {
      const sorted = Object.fromEntries(Object.entries(data).toSorted(([left], [right]) => (left < right ? -1 : 1)));
      const line = JSON.stringify({ action, actor, at: Date.parse(at), data: sorted, seq, target });
      expect(createHash("sha256").update(`${prev}\n${line}`).digest("hex")).toBe(hash);
      prev = hash;
    }
  });
});

describe("the audit object", () => {
  it("records an action once, however often it is called", async ({ expect }) => {
    const [first, again] = [await audit().record("once", draftOf("a")), await audit().record("once", draftOf("b"))];
    expect(again).toEqual(first);
    const all = await Promise.all(["p", "q", "p", "q"].map((key) => audit().record(key, draftOf(key))));
    expect(new Set(all.map(({ seq }) => seq)).size).toBe(2);
    expect((await pageOf()).broken).toBeNull();
  });

  it("has the same log after it was evicted", async ({ expect }) => {
    await audit().record("evicted", draftOf("a"));
    const before = await pageOf();
    await evictDurableObject(auditObject());
    expect(await pageOf()).toEqual(before);
  });

  it("lets no statement change, replace or remove an entry", async ({ expect }) => {
    await audit().record("fixed", draftOf("a"));
    await runInDurableObject(auditObject(), (_, { storage }) => {
      for (const statement of [
        "update entries set actor = 'b'",
        "delete from entries",
        "replace into entries select * from entries",
        "insert or replace into entries (seq, key, at, actor, action, target, data, prev, hash) select seq + 1000, key, at, 'b', action, target, data, prev, hash from entries",
        "insert into entries (seq, key, at, actor, action, target, data, prev, hash) select seq + 1000, 'x', at, 'b', action, target, data, prev, hash from entries limit 1",
      ]) {
        expect(() => storage.sql.exec(statement)).toThrow(/only grows/);
      }
    });
  });

  it("reports which entry was changed by a direct write", async ({ expect }) => {
    const start = await newest();
    for (const actor of ["a", "b", "c"]) await audit().record(`broken:${actor}`, draftOf(actor));
    const change = (statement: string) =>
      runInDurableObject(auditObject(), (_, { storage }) => {
        storage.sql.exec("drop trigger no_change; drop trigger no_removal");
        storage.sql.exec(statement, start + 2);
        storage.sql.exec("create trigger no_change before update on entries begin select 1; end");
        storage.sql.exec("create trigger no_removal before delete on entries begin select 1; end");
      });
    await change("update entries set actor = 'x' where seq = ?");
    expect((await pageOf(`?after=${start}`)).broken).toEqual({ seq: start + 2, reason: "content" });
    expect((await pageOf(`?after=${start + 2}`)).broken).toBeNull();
    await change("delete from entries where seq = ?");
    expect((await pageOf(`?after=${start}`)).broken).toEqual({ seq: start + 2, reason: "missing" });
    expect((await pageOf(`?after=${start + 2}`)).broken).toEqual({ seq: start + 2, reason: "missing" });
  });

  it("stores nothing by being read", async ({ expect }) => {
    const fresh = env.AUDIT.getByName("never written");
    expect(await callable(fresh).page(0, 10)).toEqual({ entries: [], head: null, broken: null });
    expect(await runInDurableObject(fresh, (_, { storage }) => tablesIn(storage))).toEqual([]);
  });

  it("refuses data of a newer version of the worker", async ({ expect }) => {
    await runInDurableObject(env.AUDIT.getByName("newer"), (_, { storage }) => {
      storage.kv.put("head", { schema: 2 });
      expect(() => createAuditStore(storage)).toThrow("deploy the newer version");
    });
  });
});
