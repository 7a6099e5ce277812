/** The clock is set back by days: no pause, refusal or cache of the account lasts longer because of it. */
import { evictDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { NO_MILESTONES, addMilestone } from "../../worker/account/core/milestones.ts";
import { allowForce } from "../../worker/account/core/token-refresh.ts";
import { pauseCause, rejected } from "../support/delivery.ts";
import { account, alarmOf, pass, settingsObject } from "../support/workerd.ts";
import { connect, DAY_MS, deliver, endpoint, inside, published, tokenOf, useAccounts } from "./account-bench.ts";

useAccounts();

const BACK_MS = -3 * DAY_MS;
const HOUR_MS = 3_600_000;

describe("after the clock was set back by days", () => {
  it("a pause of the app is over", async ({ expect }) => {
    await tokenOf(account().access());
    await account().pause(pauseCause(45009));
    pass(BACK_MS);
    expect(await account().access()).toMatchObject({ ok: true, value: { token: expect.any(String) } });
    const access = await account().access();
    expect((access.ok && access.value.pausedUntil) || 0).toBeLessThan(Date.now() + 2 * HOUR_MS);
  });

  it("a pause that an isolate remembers is over, and so is one that KV has", async ({ expect }) => {
    const refused = vi.fn<() => Response>(() => Response.json({ errcode: 45009, errmsg: "" }));
    const tokens = vi.mocked(fetch).getMockImplementation() ?? fetch;
    vi.mocked(fetch).mockImplementation(async (input, init) => {
      const isSend = new Request(input, init).url.includes("/custom/send");
      return isSend ? refused() : tokens(input, init);
    });
    expect(await deliver("oUser")).toMatchObject(rejected(45009));
    expect(await deliver("oUser")).toMatchObject({ result: "not_sent", reason: "paused" });
    await vi.waitFor(async () => expect(await published()).toHaveProperty("pausedUntil"));
    pass(BACK_MS);
    expect(await deliver("oUser")).toMatchObject(rejected(45009));
    expect(refused).toHaveBeenCalledTimes(2);
  });

  it("the token endpoint is asked again after a refusal", async ({ expect }) => {
    endpoint.answer = () => ({ errcode: 40125, errmsg: "" });
    expect(await account().access()).toMatchObject({ ok: false });
    expect(await account().access()).toMatchObject({ ok: false });
    expect(endpoint.calls).toHaveLength(1);
    endpoint.answer = () => ({ access_token: "fresh", expires_in: 7_200 });
    pass(BACK_MS);
    expect(await account().access()).toMatchObject({ ok: true, value: { token: "fresh" } });
  });

  it("the token endpoint is asked again after it could not be reached", async ({ expect }) => {
    endpoint.answer = () => Promise.reject(new Error("down"));
    expect(await account().access()).toMatchObject({ ok: false });
    endpoint.answer = () => ({ access_token: "fresh", expires_in: 7_200 });
    pass(BACK_MS);
    expect(await account().access()).toMatchObject({ ok: true, value: { token: "fresh" } });
  });

  it("a problem with the token that an isolate remembers is over", async ({ expect }) => {
    endpoint.answer = () => ({ errcode: 40125, errmsg: "" });
    expect(await deliver("oUser")).toMatchObject({ result: "not_sent", reason: "no_token" });
    endpoint.answer = () => ({ access_token: "fresh", expires_in: 7_200 });
    pass(BACK_MS);
    await deliver("oUser");
    expect(endpoint.calls).toHaveLength(2);
  });

  it("settings that an isolate remembers are read again", async ({ expect }) => {
    await settingsObject().put(0, { defaults: { fallback: { type: "silent" } } });
    expect(await connect().settings()).toMatchObject({ settings: { fallback: { type: "silent" } } });
    await settingsObject().put(1, { defaults: { fallback: { type: "handover" } } });
    pass(BACK_MS);
    expect(await connect().settings()).toMatchObject({ settings: { fallback: { type: "handover" } } });
  });

  it("a token is valid no longer than WeChat's lifetime, and the object's work is due", async ({ expect }) => {
    // Ahead of the real clock, by which the runtime triggers alarms: none runs by itself.
    pass(10 * DAY_MS);
    await tokenOf(account().access());
    pass(110 * 60_000);
    await tokenOf(account().access());
    expect(await alarmOf(account())).not.toBeNull();
    pass(BACK_MS);
    await evictDurableObject(account());
    const access = await account().access();
    expect(access.ok && access.value.expiresAt - Date.now()).toBeLessThanOrEqual(2 * HOUR_MS);
    await account().recordMilestone("message");
    expect(((await alarmOf(account())) ?? Number.POSITIVE_INFINITY) - Date.now()).toBeLessThan(2 * HOUR_MS);
  });

  it("a webhook's pause is over", async ({ expect }) => {
    const dead = { failures: 10, since: Date.now(), lastAt: Date.now(), lastReason: "timeout" };
    await tokenOf(account().access());
    await inside((_object, { storage }) => {
      const state = storage.kv.get<object>("state");
      storage.kv.put("state", { ...state, webhooks: { crm: { ...dead, pausedUntil: Date.now() + HOUR_MS } } });
    });
    expect((await account().webhookHealths())["crm"]?.pausedUntil).toBeGreaterThan(Date.now());
    pass(BACK_MS);
    expect((await account().webhookHealths())["crm"]?.pausedUntil ?? 0).toBeLessThanOrEqual(Date.now());
  });

  it("a series of stale pushes has ended, and the next push begins a new one", async ({ expect }) => {
    await tokenOf(account().access());
    await account().recordStalePush({ count: 3, ageMs: HOUR_MS, at: Date.now() });
    expect(await account().faults()).toMatchObject([{ reason: "stale_pushes", count: 3 }]);
    pass(BACK_MS);
    expect(await account().faults()).toEqual([]);
    await account().recordStalePush({ count: 1, ageMs: HOUR_MS, at: Date.now() });
    expect(await account().faults()).toMatchObject([{ reason: "stale_pushes", count: 1, since: Date.now() }]);
  });

  it("a series of stale pushes continues when a report arrives after a newer one", async ({ expect }) => {
    await tokenOf(account().access());
    await account().recordStalePush({ count: 3, ageMs: HOUR_MS, at: Date.now() });
    await account().recordStalePush({ count: 1, ageMs: HOUR_MS, at: Date.now() - 60_000 });
    expect(await account().faults()).toMatchObject([{ reason: "stale_pushes", count: 4 }]);
  });

  it("a refresh may be forced, and a verification is noted", ({ expect }) => {
    const now = Date.now();
    const later = now - BACK_MS;
    expect(allowForce({ forceDay: 1, forceCount: 1, forcedAt: later }, now).allowed).toBe(true);
    expect(addMilestone({ ...NO_MILESTONES, setup: "s", verified: later }, "s", "verified", now)).toMatchObject({
      verified: now,
    });
  });
});
