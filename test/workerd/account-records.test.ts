import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { DEFAULT_SETTINGS } from "../../shared/api/settings/default.ts";
import type { DebugDemoEvent } from "../../shared/message/inbound.ts";
import { settingsKey } from "../../worker/settings/published-settings.ts";
import { account, alarmOf, APPID, OTHER_APPID, pass } from "../support/workerd.ts";
import { DAY_MS, inside, logged, published, useAccounts } from "./account-bench.ts";

useAccounts();

const settingsOf = (content: string) => ({ fallback: { type: "reply", messages: [{ type: "text", content }] } });

function demoEvent(createdAt = Date.now()): DebugDemoEvent {
  return { kind: "debug_demo", account: "gh_1", openid: "oPlatform", createdAt, debugStr: "hello", raw: {} };
}

describe("settings", () => {
  it("are the defaults, version 0, until somebody stores some", async ({ expect }) => {
    expect(await account().settings()).toEqual({ version: 0, settings: DEFAULT_SETTINGS, updatedAt: 0 });
  });

  it("are stored with their defaults filled in, and published", async ({ expect }) => {
    const now = Date.now();
    const stored = await account().putSettings(0, settingsOf("a"));
    const expected = { version: 1, settings: { ...DEFAULT_SETTINGS, ...settingsOf("a") }, updatedAt: now };
    expect(stored).toEqual({ ok: true, value: expected });
    expect(await published(settingsKey(APPID))).toEqual(expected);
    await evictDurableObject(account());
    expect(await account().settings()).toEqual(expected);
    expect(await account(OTHER_APPID).settings()).toMatchObject({ version: 0 });
  });

  it("are not overwritten by somebody who has not seen the newest", async ({ expect }) => {
    await account().putSettings(0, settingsOf("a"));
    const late = await account().putSettings(0, settingsOf("b"));
    expect(late).toMatchObject({ ok: false, error: { reason: "version_mismatch", current: { version: 1 } } });
    expect(await account().putSettings("*", settingsOf("c"))).toMatchObject({ ok: true, value: { version: 2 } });
  });

  it("let exactly one of many at once through", async ({ expect }) => {
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) => account().putSettings(0, settingsOf(`${index}`))),
    );
    expect(all.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("are refused with their problems and change nothing", async ({ expect }) => {
    const refused = await account().putSettings("*", { fallbak: { type: "silent" } });
    expect(refused).toMatchObject({ ok: false, error: { reason: "invalid" } });
    expect(!refused.ok && refused.error.reason === "invalid" && refused.error.problems.length).toBe(2);
    expect(await account().settings()).toMatchObject({ version: 0 });
  });

  it("are refused when a row could not hold them", async ({ expect }) => {
    const rules = Array.from({ length: 120 }, (_, index) => ({
      id: `r${index}`,
      match: { type: "contains", words: ["a"] },
      action: { type: "reply", messages: [{ type: "text", content: "x".repeat(10_000) }] },
    }));
    const refused = await account().putSettings("*", { ...settingsOf("a"), rules });
    expect(refused).toMatchObject({ ok: false, error: { reason: "invalid", problems: [{ path: "" }] } });
  });

  it("keep their last 20 versions", async ({ expect }) => {
    for (let version = 0; version < 23; version += 1) await account().putSettings(version, settingsOf(`${version}`));
    const versions = await inside((_object, { storage }) =>
      storage.sql.exec<{ version: number }>("select version from settings order by version").toArray(),
    );
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, index) => index + 4));
    expect(await account().settings()).toMatchObject({ version: 23, settings: settingsOf("22") });
  });

  it("are stored even when KV fails", async ({ expect }) => {
    vi.spyOn(env.KV, "put").mockRejectedValueOnce(new Error("KV is down"));
    expect(await account().putSettings(0, settingsOf("a"))).toMatchObject({ ok: true });
    expect(logged()).toContain("publish_failed");
    expect(await published(settingsKey(APPID))).toMatchObject({ version: 1 });
  });

  it("that KV did not take are published by the alarm, until it does", async ({ expect }) => {
    const put = vi.spyOn(env.KV, "put").mockRejectedValue(new Error("KV is down"));
    expect(await account().putSettings(0, settingsOf("a"))).toMatchObject({ ok: true });
    expect(await published(settingsKey(APPID))).toBeNull();
    for (const isBack of [false, true]) {
      if (isBack) put.mockRestore();
      await evictDurableObject(account());
      vi.setSystemTime((await alarmOf(account())) ?? 0);
      expect(await runDurableObjectAlarm(account())).toBe(true);
    }
    expect(await published(settingsKey(APPID))).toMatchObject({ version: 1 });
    expect(await alarmOf(account())).toBeNull();
  });

  it("stay in force when a version of the worker takes less than the one that stored them", async ({ expect }) => {
    await account().putSettings(0, settingsOf("a"));
    const fallback = { type: "reply", messages: [{ type: "text", content: "\u3000" }] };
    const body = JSON.stringify({ fallback });
    await inside((_object, { storage }) => storage.sql.exec("update settings set body = ?", body).toArray());
    expect(await account().settings()).toMatchObject({ version: 1, settings: { fallback } });
  });

  it("answer nothing but the defaults when a version of the worker cannot read what is stored", async ({ expect }) => {
    await account().putSettings(0, settingsOf("a"));
    await inside((_object, { storage }) => storage.sql.exec("update settings set body = '{}'").toArray());
    expect(await account().settings()).toMatchObject({ version: 1, settings: DEFAULT_SETTINGS });
    expect(logged()).toContain("settings_unreadable");
  });
});

describe("app events", () => {
  it("are kept once however often they come, also at once and after an eviction", async ({ expect }) => {
    const now = Date.now();
    const event = demoEvent(now);
    const all = await Promise.all(Array.from({ length: 10 }, () => account().appEvent("k1", event, now)));
    expect(all.filter(Boolean)).toHaveLength(1);
    await evictDurableObject(account());
    expect(await account().appEvent("k1", event, now)).toBe(false);
    expect(await account().appEvents(0, 10)).toEqual([{ seq: now, at: now, key: "k1", inbound: event }]);
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
      storage.sql.exec<{ key: string }>("select key from events order by seq").toArray(),
    );
    expect(keys.length).toBeGreaterThanOrEqual(5_000);
    expect(keys.length).toBeLessThan(5_064);
    expect(keys.at(-1)?.key).toBe("k5069");
  });

  it("without CreateTime are dated by their arrival, and the same content two days later is another event", async ({
    expect,
  }) => {
    const now = Date.now();
    const bare = { ...demoEvent(0), openid: "" };
    expect(await account().appEvent("e:x:0:1", bare, now)).toBe(true);
    expect(await account().appEvent("e:x:0:1", bare, now + 2 * DAY_MS - 1)).toBe(false);
    expect(await account().appEvent("e:x:0:1", bare, now + 2 * DAY_MS + 1)).toBe(true);
    expect((await account().appEvents(0, 10)).map(({ inbound }) => inbound.createdAt)).toEqual([
      now,
      now + 2 * DAY_MS + 1,
    ]);
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

  it("are forgotten by the alarm after the retention time", async ({ expect }) => {
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

  it("keeps 64 KB of a body, cuts no character in two, and tells the whole size", async ({ expect }) => {
    const body = `a${"客".repeat(30_000)}`;
    await account().quarantine(push(body));
    const [kept] = await account().quarantined(1);
    expect(kept?.body).toBe(`a${"客".repeat(21_845)}`);
    expect(kept).toMatchObject({ bytes: 90_001, truncated: true });
  });

  it("tells bodies apart that only differ behind the cut", async ({ expect }) => {
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

  it("forgets after seven days, by the alarm and for readers", async ({ expect }) => {
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
