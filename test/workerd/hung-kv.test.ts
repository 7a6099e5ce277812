/**
 * A KV write of the settings object that never returns. Timers of an object belong to that object, so a manual clock
 * cannot be used here: each test waits for the object's own deadline, 2.5 s.
 */
import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { SETTINGS_KEY } from "../../worker/settings/published-settings.ts";
import { never, outcomeSoon, PENDING } from "../support/hung.ts";
import { settingsObject } from "../support/workerd.ts";
import { putSettings } from "./api-client.ts";
import { lines, useWorker } from "./each-test.ts";

const put = (minutes: number) =>
  outcomeSoon(putSettings({ fallback: { type: "silent" }, muteAfterApiMinutes: minutes }));
const published = async () =>
  (await env.KV.get<{ defaults: { muteAfterApiMinutes: number } }>(SETTINGS_KEY, "json"))?.defaults.muteAfterApiMinutes;

useWorker({ settings: null });

describe("a KV write of the settings that never returns", () => {
  it("delays neither the answer of PUT /settings nor the publication of later settings", async ({ expect }) => {
    vi.spyOn(env.KV, "put").mockImplementationOnce(() => never());
    const first = await put(7);
    expect(first).not.toBe(PENDING);
    expect(first).toMatchObject({ status: 200 });
    expect(await put(8)).toMatchObject({ status: 200 });
    await vi.waitUntil(async () => (await published()) === 8, 20_000);
    expect(lines()).toContainEqual(expect.objectContaining({ event: "publish_failed", error: "DeadlineError" }));
  });

  it("does not prevent the end of the object's alarm", async ({ expect }) => {
    const spy = vi.spyOn(env.KV, "put").mockImplementation(() => Promise.reject(new Error("KV is down")));
    expect(await put(9)).toMatchObject({ status: 200 });
    await vi.waitUntil(() => lines().some(({ event, last }) => event === "publish_failed" && last === true), 20_000);
    spy.mockImplementation(() => never());
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 120_000 });
    expect(await outcomeSoon(runDurableObjectAlarm(settingsObject()))).toBe(true);
    // The alarm is set for another try, which KV accepts.
    spy.mockRestore();
    vi.setSystemTime(Date.now() + 120_000);
    expect(await outcomeSoon(runDurableObjectAlarm(settingsObject()))).toBe(true);
    await vi.waitUntil(async () => (await published()) === 9, 20_000);
  });
});
