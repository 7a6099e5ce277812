/** The object that keeps the settings of the deployment: its versions, and their copy in KV. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { DEFAULT_SETTINGS } from "../../shared/api/settings/default.ts";
import { DEFAULT_DOCUMENT } from "../../shared/api/settings/document.ts";
import { DEFAULT_VERSION } from "../../shared/api/settings/version.ts";
import { SETTINGS_KEY } from "../../worker/settings/published-settings.ts";
import { alarmOf, settingsObject, tablesIn } from "../support/workerd.ts";
import { logged, published, useAccounts } from "./account-bench.ts";

useAccounts();

const documentOf = (content: string) => ({
  defaults: { fallback: { type: "reply", messages: [{ type: "text", content }] } },
});

/** Replaces all stored versions by this document, as another version of the worker might have stored it. */
async function overwrite(document: object): Promise<void> {
  await runInDurableObject(settingsObject(), (_, { storage }) => {
    storage.sql.exec("update versions set body = ?", JSON.stringify(document));
  });
}

describe("the settings object", () => {
  it("are the defaults, version 0, until settings are stored", async ({ expect }) => {
    expect(await settingsObject().read()).toEqual(DEFAULT_VERSION);
  });

  it("are stored with their defaults filled in, and published", async ({ expect }) => {
    const now = Date.now();
    const stored = await settingsObject().put(0, documentOf("a"));
    const document = { defaults: { ...DEFAULT_SETTINGS, ...documentOf("a").defaults }, overrides: {} };
    const expected = { version: 1, document, updatedAt: now };
    expect(stored).toEqual({ ok: true, value: expected });
    expect(await published(SETTINGS_KEY)).toEqual({ version: 1, updatedAt: now, ...document });
    await evictDurableObject(settingsObject());
    expect(await settingsObject().read()).toEqual(expected);
  });

  it("are not overwritten by a caller with an older version", async ({ expect }) => {
    await settingsObject().put(0, documentOf("a"));
    const late = await settingsObject().put(0, documentOf("b"));
    expect(late).toMatchObject({ ok: false, error: { reason: "version_mismatch", version: 1 } });
    expect(await settingsObject().put("*", documentOf("c"))).toMatchObject({ ok: true, value: { version: 2 } });
  });

  it("are changed by exactly one of many simultaneous callers", async ({ expect }) => {
    const all = await Promise.all(
      Array.from({ length: 10 }, (_, index) => settingsObject().put(0, documentOf(`${index}`))),
    );
    expect(all.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it("are refused with their problems and change nothing", async ({ expect }) => {
    const refused = await settingsObject().put("*", { defaults: { fallbak: { type: "silent" } } });
    expect(refused).toMatchObject({ ok: false, error: { reason: "invalid" } });
    expect(!refused.ok && refused.error.reason === "invalid" && refused.error.problems.length).toBe(2);
    expect(await settingsObject().read()).toMatchObject({ version: 0 });
  });

  it("keep the override of an account that is no longer configured, until it is removed", async ({ expect }) => {
    const left = "mini-program:wx00000000000000ff";
    const { defaults } = documentOf("a");
    await settingsObject().put(0, { defaults });
    await overwrite({ defaults, overrides: { [left]: { rules: [] } } });
    const changed = { ...documentOf("b"), overrides: { [left]: { rules: [] } } };
    expect(await settingsObject().put(1, changed)).toMatchObject({ ok: true, value: { document: changed } });
    expect(await settingsObject().put(2, documentOf("c"))).toMatchObject({ ok: true });
    expect(await settingsObject().put(3, changed)).toMatchObject({
      error: { problems: [{ path: `overrides.${left}` }] },
    });
  });

  it("are refused when they are too large for a row", async ({ expect }) => {
    const rules = Array.from({ length: 120 }, (_, index) => ({
      id: `r${index}`,
      match: { type: "contains", words: ["a"] },
      action: { type: "reply", messages: [{ type: "text", content: "x".repeat(10_000) }] },
    }));
    const refused = await settingsObject().put("*", { defaults: { ...documentOf("a").defaults, rules } });
    expect(refused).toMatchObject({ ok: false, error: { reason: "invalid", problems: [{ path: "" }] } });
  });

  it("keep their last 20 versions", async ({ expect }) => {
    for (let version = 0; version < 23; version += 1) await settingsObject().put(version, documentOf(`${version}`));
    const versions = await runInDurableObject(settingsObject(), (_, { storage }) =>
      storage.sql.exec<{ version: number }>("select version from versions order by version").toArray(),
    );
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: 20 }, (_, index) => index + 4));
    expect(await settingsObject().read()).toMatchObject({ version: 23, document: documentOf("22") });
  });

  it("are stored even when KV fails", async ({ expect }) => {
    vi.spyOn(env.KV, "put").mockRejectedValueOnce(new Error("KV is down"));
    expect(await settingsObject().put(0, documentOf("a"))).toMatchObject({ ok: true });
    expect(logged()).toContain("publish_failed");
    expect(await published(SETTINGS_KEY)).toMatchObject({ version: 1 });
  });

  it("are published by the alarm until the write to KV succeeds", async ({ expect }) => {
    const put = vi.spyOn(env.KV, "put").mockRejectedValue(new Error("KV is down"));
    expect(await settingsObject().put(0, documentOf("a"))).toMatchObject({ ok: true });
    expect(await published(SETTINGS_KEY)).toBeNull();
    for (const isBack of [false, true]) {
      if (isBack) put.mockRestore();
      await evictDurableObject(settingsObject());
      vi.setSystemTime((await alarmOf(settingsObject())) ?? 0);
      expect(await runDurableObjectAlarm(settingsObject())).toBe(true);
    }
    expect(await published(SETTINGS_KEY)).toMatchObject({ version: 1 });
    expect(await alarmOf(settingsObject())).toBeNull();
  });

  it("are written to KV once while the audit log cannot be reached, and the alarm runs less often", async ({
    expect,
  }) => {
    const put = vi.spyOn(env.KV, "put");
    const cutOff = vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
      throw new Error("the audit object is not reachable");
    });
    const stored = Date.now();
    await settingsObject().put(0, documentOf("a"));
    const waits: number[] = [];
    for (let ring = 0; ring < 6; ring += 1) {
      await evictDurableObject(settingsObject());
      vi.setSystemTime((await alarmOf(settingsObject())) ?? 0);
      waits.push(Date.now() - stored);
      expect(await runDurableObjectAlarm(settingsObject())).toBe(true);
    }
    expect(put).toHaveBeenCalledTimes(1);
    expect(waits.map((wait) => Math.floor(wait / 60_000))).toEqual([1, 2, 4, 8, 16, 31]);
    cutOff.mockRestore();
    expect(await runDurableObjectAlarm(settingsObject())).toBe(true);
    expect(await alarmOf(settingsObject())).toBeNull();
  });

  it("remain in force when another version of the worker accepts less than the one that stored them", async ({
    expect,
  }) => {
    await settingsObject().put(0, documentOf("a"));
    const fallback = { type: "reply", messages: [{ type: "text", content: "\u3000" }] };
    await overwrite({ defaults: { fallback } });
    expect(await settingsObject().read()).toMatchObject({ version: 1, document: { defaults: { fallback } } });
  });

  it("are the defaults when a version of the worker cannot read the stored settings", async ({ expect }) => {
    await settingsObject().put(0, documentOf("a"));
    await overwrite({});
    expect(await settingsObject().read()).toMatchObject({ version: 1, document: DEFAULT_DOCUMENT, unreadable: true });
    expect(logged()).toContain("settings_unreadable");
  });

  it("stores nothing when it is read", async ({ expect }) => {
    expect(await settingsObject().read()).toEqual(DEFAULT_VERSION);
    expect(await settingsObject().unreadable()).toBeNull();
    expect(await runInDurableObject(settingsObject(), (_, { storage }) => tablesIn(storage))).toEqual([]);
    expect(await alarmOf(settingsObject())).toBeNull();
  });

  it("has no alarm after KV has the newest version", async ({ expect }) => {
    await settingsObject().put(0, documentOf("a"));
    await vi.waitUntil(async () => (await alarmOf(settingsObject())) === null);
    expect(await published(SETTINGS_KEY)).toMatchObject({ version: 1 });
  });
});
