import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import type { OwnedAccountEvent } from "../../shared/message/account-event.ts";
import { account, alarmOf, pass } from "../support/workerd.ts";
import { DAY_MS, inside, logged, useAccounts } from "./account-bench.ts";

useAccounts();

function demoEvent(createdAt = Date.now()): OwnedAccountEvent {
  const event = {
    event: "account-event",
    type: "other",
    name: "debug_demo",
    createdAt,
    raw: '{"debug_str":"hello"}',
  } as const;
  return { user: "oPlatform", event };
}

describe("app events", () => {
  it("are kept once however often they arrive, also simultaneously and after an eviction", async ({ expect }) => {
    const now = Date.now();
    const event = demoEvent(now);
    const all = await Promise.all(Array.from({ length: 10 }, () => account().appEvent("k1", event, now)));
    expect(all.filter(Boolean)).toHaveLength(1);
    await evictDurableObject(account());
    expect(await account().appEvent("k1", event, now)).toBe(false);
    expect(await account().appEvents(0, 10)).toEqual([{ seq: now, at: now, key: "k1", ...event }]);
  });

  it("are read by a cursor, oldest first, even when they share a millisecond", async ({ expect }) => {
    const now = Date.now();
    for (const key of ["a", "b", "c"]) await account().appEvent(key, demoEvent(now), now);
    const [first] = await account().appEvents(0, 1);
    expect(first?.key).toBe("a");
    expect((await account().appEvents(first?.seq ?? 0, 10)).map(({ key }) => key)).toEqual(["b", "c"]);
  });

  it("are about 5000, the oldest go first", async ({ expect }) => {
    const now = Date.now();
    await inside(async (object) => {
      for (let index = 0; index < 5_070; index += 1) await object.appEvent(`k${index}`, demoEvent(now), now + index);
    });
    const keys = await inside((_object, { storage }) =>
      storage.sql.exec<{ key: string }>("select key from account_events order by seq").toArray(),
    );
    expect(keys.length).toBeGreaterThanOrEqual(5_000);
    expect(keys.length).toBeLessThan(5_064);
    expect(keys.at(-1)?.key).toBe("k5069");
  });

  it("without CreateTime are dated by their arrival, and the same content two days later is another event", async ({
    expect,
  }) => {
    const now = Date.now();
    const bare = { ...demoEvent(0), user: "" };
    expect(await account().appEvent("e:x:0:1", bare, now)).toBe(true);
    expect(await account().appEvent("e:x:0:1", bare, now + 2 * DAY_MS - 1)).toBe(false);
    expect(await account().appEvent("e:x:0:1", bare, now + 2 * DAY_MS + 1)).toBe(true);
    expect((await account().appEvents(0, 10)).map(({ event }) => event.createdAt)).toEqual([now, now + 2 * DAY_MS + 1]);
  });

  it("are known again long after they were made", async ({ expect }) => {
    const now = Date.now();
    expect(await account().appEvent("late", demoEvent(now - 20 * DAY_MS), now)).toBe(true);
    expect(await account().appEvent("other", demoEvent(now + DAY_MS), now + DAY_MS)).toBe(true);
    expect(await account().appEvent("late", demoEvent(now - 20 * DAY_MS), now + 2 * DAY_MS)).toBe(false);
  });

  it("older than what is kept are acknowledged and not stored", async ({ expect }) => {
    const now = Date.now();
    expect(await account().appEvent("old", demoEvent(now - 181 * DAY_MS), now)).toBe(false);
    expect(await account().appEvents(0, 10)).toEqual([]);
  });

  it("are deleted by the alarm after the retention time", async ({ expect }) => {
    const now = Date.now();
    await account().appEvent("k1", demoEvent(now), now);
    pass(DAY_MS);
    await account().appEvent("k2", demoEvent(), Date.now());
    expect(await alarmOf(account())).toBe(now + 180 * DAY_MS);
    vi.setSystemTime(now + 180 * DAY_MS + 1);
    await runDurableObjectAlarm(account());
    expect((await account().appEvents(0, 10)).map(({ key }) => key)).toEqual(["k2"]);
    expect(await alarmOf(account())).toBe(now + 181 * DAY_MS);
    vi.setSystemTime(now + 181 * DAY_MS + 1);
    await runDurableObjectAlarm(account());
    expect(await account().appEvents(0, 10)).toEqual([]);
    expect(await alarmOf(account())).toBeNull();
  });
});

describe("the quarantine", () => {
  const push = (body: string, at = Date.now()) => ({ at, cause: "malformed_json", body });

  it("keeps each content once, newest first", async ({ expect }) => {
    const now = Date.now();
    await Promise.all(Array.from({ length: 5 }, () => account().quarantine(push("{a", now))));
    await account().quarantine(push("{b", now + 1));
    expect(await account().quarantined(10)).toMatchObject([
      { at: now + 1, cause: "malformed_json", body: "{b", bytes: 2, truncated: false },
      { at: now, cause: "malformed_json", body: "{a" },
    ]);
  });

  it("keeps 64 KB of a body, cuts no character in two, and returns the whole size", async ({ expect }) => {
    const body = `a${"客".repeat(30_000)}`;
    await account().quarantine(push(body));
    const [kept] = await account().quarantined(1);
    expect(kept?.body).toBe(`a${"客".repeat(21_845)}`);
    expect(kept).toMatchObject({ bytes: 90_001, truncated: true });
  });

  it("distinguishes bodies that only differ after the cut", async ({ expect }) => {
    const long = "x".repeat(70_000);
    await account().quarantine(push(`${long}1`));
    await account().quarantine(push(`${long}2`));
    expect(await account().quarantined(10)).toHaveLength(2);
  });

  it("keeps the newest 100", async ({ expect }) => {
    const now = Date.now();
    await inside(async (object) => {
      for (let index = 0; index < 103; index += 1) await object.quarantine(push(`{${index}`, now + index));
    });
    const kept = await account().quarantined(1000);
    expect(kept).toHaveLength(100);
    expect(kept.at(-1)?.body).toBe("{3");
    const rows = await inside((_object, { storage }) => storage.sql.exec("select seq from quarantine").toArray());
    expect(rows).toHaveLength(100);
  });

  it("deletes after seven days, by the alarm and for readers", async ({ expect }) => {
    const now = Date.now();
    await account().quarantine(push("{a", now));
    expect(await alarmOf(account())).toBe(now + 7 * DAY_MS);
    vi.setSystemTime(now + 7 * DAY_MS + 1);
    expect(await account().quarantined(10)).toEqual([]);
    await runDurableObjectAlarm(account());
    const rows = await inside((_object, { storage }) => storage.sql.exec("select seq from quarantine").toArray());
    expect(rows).toEqual([]);
    expect(await alarmOf(account())).toBeNull();
  });

  it("logs that something was kept, and nothing of it", async ({ expect }) => {
    await account().quarantine(push("{secret words"));
    expect(logged()).toContain("quarantine_grew");
    expect(logged()).not.toContain("secret words");
  });
});

describe("an account object with data of 0.1", () => {
  it("deletes itself with its next alarm", async ({ expect }) => {
    const old = env.ACCOUNT.getByName("wx0123456789abcdef");
    await runInDurableObject(old, async (_, { storage }) => {
      storage.sql.exec("create table quarantine (seq integer primary key, body text not null)");
      storage.sql.exec("insert into quarantine values (1, 'oOld')");
      storage.kv.put("account", { schema: 1, appid: "wx0123456789abcdef" });
      await storage.setAlarm(Date.now() + DAY_MS);
    });
    await evictDurableObject(old);
    await runDurableObjectAlarm(old);
    const left = await runInDurableObject(old, async (_, { storage }) => ({
      entries: [...storage.kv.list()],
      tables: storage.sql.exec("select name from sqlite_master where name = 'quarantine'").toArray(),
      alarm: await storage.getAlarm(),
    }));
    expect(left).toEqual({ entries: [], tables: [], alarm: null });
  });
});
