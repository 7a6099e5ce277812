/**
 * Events of an app that are not a user's are delivered to webhooks: at least once, in order; skipped ones are recorded.
 */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { DEFAULT_VERSION } from "../../shared/api/settings/version.ts";
import { eventIdOf } from "../../shared/api/webhook-events.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";
import { BUSY, TAKEN, URL_OF } from "../support/receiver.ts";
import { account, alarmOf, APPID, conversation, emptyAccount, OTHER_APPID } from "../support/workerd.ts";
import { call, erase, putSettings, hookStatus } from "./api-client.ts";
import { lines, shop, useWorker, wechat } from "./each-test.ts";

const DAY = 86_400_000;
const hook = (id: string, events?: readonly string[]) => ({
  id,
  url: URL_OF(id),
  ...(events && { events }),
});

useWorker({ clock: "hour ahead", settings: null });
beforeEach(async () => {
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  await emptyAccount();
});

const put = (...webhooks: readonly object[]) => putSettings({ fallback: { type: "silent" }, webhooks });
const push = (name: string, n = 0) => wechat.event("oPlatform", name, { Number: n });

/** Moves the clock forward by `ms`, and runs the account's alarm each time it is due. */
async function ringFor(ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (;;) {
    const at = (await alarmOf(account())) ?? Number.POSITIVE_INFINITY;
    if (at > until) return void vi.setSystemTime(until);
    vi.setSystemTime(Math.max(at, Date.now()));
    await runDurableObjectAlarm(account());
  }
}

/** Returns the version of the settings that the account uses; 0: none yet. */
const followedVersion = () =>
  runInDurableObject(account(), (_, { storage }) => {
    return storage.kv.get<{ readonly listed: { readonly version: number } }>("state")?.listed.version ?? 0;
  });

const heard = () => shop.events.map(({ data }) => data["event"] as { readonly name: string; readonly seq: number });
const namesHeard = () => heard().map(({ name }) => name);
const idsHeard = () => shop.events.map(({ id }) => id);

describe("an event that is no user's", () => {
  it("reaches a webhook for all events, signed, in order, and as GET /events returns it", async ({ expect }) => {
    expect((await put(hook("all"))).status).toBe(200);
    for (const name of ["xpay_goods_deliver_notify", "wxa_media_check", "brand_new_event"]) await push(name, 7);
    expect(shop.events).toEqual([]);
    await ringFor(5_000);
    expect(shop.types()).toEqual(["account.event", "account.event", "account.event"]);
    expect(shop.events.map(({ data }) => data["account"])).toEqual([APPID, APPID, APPID]);
    expect(shop.events[0]?.signature).toMatch(/^v1,/);
    const { events } = await (await call("GET", "/api/v1/events")).json<{ events: unknown }>();
    expect(heard()).toEqual(events);
    expect(new Set(idsHeard()).size).toBe(3);
    await ringFor(60_000);
    expect(shop.events).toHaveLength(3);
  });

  it("reaches an endpoint that asks for account.event, and none that does not", async ({ expect }) => {
    expect((await put(hook("asks", ["account.event"]), hook("other", ["message.received"]))).status).toBe(200);
    await push("some_event");
    await ringFor(5_000);
    expect(shop.events.map(({ path }) => path)).toEqual(["/asks"]);
  });

  it("reaches an endpoint that was just added, by a caller that still has the settings before", async ({ expect }) => {
    expect((await put(hook("added"))).status).toBe(200);
    await expect.poll(followedVersion).toBeGreaterThan(0);
    settingsMemory.known = { value: DEFAULT_VERSION, readAt: Date.now() };
    await push("late_event");
    settingsMemory.known = undefined;
    await ringFor(5_000);
    expect(namesHeard()).toEqual(["late_event"]);
  });

  it("that is not accepted is sent again with its id before later events, also after an eviction", async ({
    expect,
  }) => {
    await put(hook("busy"));
    shop.answerWith(BUSY);
    await push("first_event");
    await ringFor(2_000);
    expect(namesHeard()).toEqual(["first_event"]);
    await push("second_event");
    await evictDurableObject(account());
    shop.answerWith(TAKEN);
    await ringFor(60_000);
    expect(namesHeard()).toEqual(["first_event", "first_event", "second_event"]);
    expect(idsHeard()[1]).toBe(idsHeard()[0]);
  });

  it("that waits for its retry is not sent sooner because of a later one", async ({ expect }) => {
    await put(hook("waits"));
    shop.answerWith(BUSY);
    await push("first_event");
    await ringFor(600_000);
    const calls = shop.events.length;
    expect(calls).toBeGreaterThan(3);
    await push("second_event");
    await ringFor(2_000);
    expect(shop.events).toHaveLength(calls);
  });

  it("is skipped after three days, recorded, and delivered again on request", async ({ expect }) => {
    await put(hook("dead", ["account.event"]));
    shop.answerWith(() => new Response(null, { status: 500 }));
    await push("lost_event");
    await ringFor(4 * DAY);
    expect(await hookStatus()).toMatchObject({
      skipped: { count: 1, lastReason: "given_up", first: { type: "account.event" } },
    });
    shop.answerWith(TAKEN);
    const before = idsHeard();
    const replayed = await call("POST", "/api/v1/webhooks/dead/replay", { json: { from: "skipped" } });
    expect(await replayed.json()).toEqual({ conversations: 1, remaining: 0 });
    await ringFor(60_000);
    expect(idsHeard()).toEqual([...before, before[0]]);
    expect(await hookStatus()).not.toHaveProperty("skipped");
    const again = await call("POST", "/api/v1/webhooks/dead/replay", { json: { from: before[0] } });
    expect(again.status).toBe(202);
    await ringFor(60_000);
    expect(idsHeard()).toEqual([...before, before[0], before[0]]);
  });

  it("that is refused is skipped, recorded, and delays no other", async ({ expect }) => {
    await put(hook("picky"));
    shop.answerWith(({ data }) => {
      const { name } = data["event"] as { name: string };
      return new Response(null, { status: name === "bad_event" ? 400 : 204 });
    });
    for (const name of ["good_event", "bad_event", "last_event"]) await push(name);
    await ringFor(60_000);
    expect(namesHeard()).toEqual(["good_event", "bad_event", "last_event"]);
    expect(await hookStatus()).toMatchObject({ skipped: { count: 1, lastReason: "refused", lastStatus: 400 } });
  });

  it("is delivered however many and large those before it are", async ({ expect }) => {
    await put(hook("large", ["account.event"]));
    await push("first_event");
    await runInDurableObject(account(), async (object) => {
      const now = Date.now();
      const raw = JSON.stringify({ text: "x".repeat(60_000) });
      const event = {
        event: "account-event",
        type: "other",
        name: "large",
        createdAt: now,
        raw,
      } as const;
      for (let n = 0; n < 150; n += 1) await object.appEvent(`k${n}`, { user: "", event }, now + n);
    });
    await ringFor(60_000);
    expect(heard().map(({ seq }) => seq)).toEqual(
      heard()
        .map(({ seq }) => seq)
        .toSorted((a, b) => a - b),
    );
    expect(new Set(idsHeard()).size).toBe(151);
  });

  it("that was deleted before it was delivered is recorded", async ({ expect }) => {
    await put(hook("late", ["account.event"]));
    shop.answerWith(() => new Response(null, { status: 500 }));
    await push("first_event");
    const now = Date.now();
    await runInDurableObject(account(), async (object) => {
      const event = {
        event: "account-event",
        type: "other",
        name: "flood",
        createdAt: now,
        raw: "{}",
      } as const;
      for (let n = 0; n < 5_130; n += 1) await object.appEvent(`k${n}`, { user: "", event }, now + n);
    });
    const kept = await runInDurableObject(account(), (_, { storage }) =>
      storage.sql.exec<{ count: number }>("select count(*) as count from account_events").one(),
    );
    const { skipped } = await hookStatus();
    expect(skipped).toMatchObject({ count: 5_131 - kept.count, lastReason: "expired" });
  });

  it("waits while there is no secret, without an alarm that has nothing to do", async ({ expect }) => {
    await put(hook("held"));
    const held = { ...env, WEBHOOK_SECRET: "" };
    await runInDurableObject(account(), (object) => {
      Object.assign(object, { env: held });
    });
    await push("held_event");
    await ringFor(DAY);
    expect(shop.events).toEqual([]);
    expect(await alarmOf(account())).toBeGreaterThan(Date.now() + DAY);
    await evictDurableObject(account());
    await push("second_event");
    await ringFor(5_000);
    expect(namesHeard()).toEqual(["held_event", "second_event"]);
  });
});

describe("an endpoint", () => {
  it("that is new begins after the newest event; the position of a removed one is deleted", async ({ expect }) => {
    await push("early_event");
    await put(hook("new"));
    await push("later_event");
    await ringFor(5_000);
    expect(namesHeard()).toEqual(["later_event"]);
    await put();
    await push("unheard_event");
    await put(hook("new"));
    await push("heard_event");
    await ringFor(5_000);
    expect(namesHeard()).toEqual(["later_event", "heard_event"]);
  });

  it("keeps its position when an event comes from a caller with older settings, or with none", async ({ expect }) => {
    await put(hook("new"));
    await push("first_event");
    await runInDurableObject(account(), async (object) => {
      const now = Date.now();
      const event = {
        event: "account-event",
        type: "other",
        name: "x",
        createdAt: now,
        raw: "{}",
      } as const;
      await object.appEvent("k-older", { user: "", event }, now, 0, { version: 0, webhooks: [] });
      await object.appEvent("k-none", { user: "", event }, now);
    });
    await ringFor(5_000);
    expect(heard()).toHaveLength(3);
  });

  it("that was stored since the last event is learned from the caller that brings the next one", async ({ expect }) => {
    await put(hook("first"));
    await push("first_event");
    await put(hook("second"));
    await push("second_event");
    await ringFor(5_000);
    expect(shop.events.map(({ path }) => path)).toEqual(["/second"]);
    expect(namesHeard()).toEqual(["second_event"]);
  });

  it("that is slow does not hold up the push", async ({ expect }) => {
    await put(hook("slow"));
    shop.answerWith(() => new Promise(() => {}));
    expect((await push("quick_event")).attempts[0]?.verdict).toBe("success");
    expect(shop.events).toEqual([]);
  });

  it("gets nothing of an erased user's events", async ({ expect }) => {
    await put(hook("erased", ["account.event"]));
    await wechat.event("oPlatform", "xpay_refund_notify", { OpenId: "oErased", Words: "of-erased" });
    await push("other_event");
    await erase("oErased");
    await ringFor(60_000);
    expect(namesHeard()).toEqual(["other_event"]);
    expect(JSON.stringify(shop.events)).not.toContain("of-erased");
  });
});

describe("without a webhook that listens", () => {
  it("nothing more is written for an event, and nothing is rung", async ({ expect }) => {
    await put(hook("deaf", ["message.received"]));
    await push("one_event");
    const armed = await alarmOf(account());
    const written = await runInDurableObject(account(), async (object, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec");
      const put = vi.spyOn(storage.kv, "put");
      const now = Date.now();
      const event = {
        event: "account-event",
        type: "other",
        name: "x",
        createdAt: now,
        raw: "{}",
      } as const;
      await object.appEvent("k-cost", { user: "", event }, now);
      const inserts = exec.mock.calls.filter(([query]) => /^\s*(?:insert|update|delete)/.test(query));
      return { rows: inserts.length, states: put.mock.calls.length };
    });
    expect(written).toEqual({ rows: 1, states: 0 });
    expect(await alarmOf(account())).toBe(armed);
    expect(lines().filter(({ event }) => event === "webhook")).toEqual([]);
  });
});

describe("a replay by the id of an event", () => {
  it("finds the event in the account it is of, unless the call names another one", async ({ expect }) => {
    await put(hook("any"));
    await wechat.text("oAny", "在吗", { appid: OTHER_APPID });
    await wechat.event("oPlatform", "brand_new_event", {}, { appid: OTHER_APPID });
    const listed = await call("GET", "/api/v1/events?limit=200", { appid: OTHER_APPID });
    const { events } = await listed.json<{ events: readonly { seq: number }[] }>();
    const objectId = account(OTHER_APPID).id.toString();
    const ids = [
      `${conversation("oAny", OTHER_APPID).id.toString()}-1`,
      eventIdOf({ objectId }, { seq: events.at(-1)?.seq ?? 0 }, "account.event"),
    ];
    for (const from of ids) {
      const asked = (appid: string | null) => call("POST", "/api/v1/webhooks/any/replay", { json: { from }, appid });
      expect((await asked(null)).status, from).toBe(202);
      expect((await asked(OTHER_APPID)).status, from).toBe(202);
      expect(await (await asked(APPID)).json(), from).toMatchObject({ code: "conversation_not_found" });
    }
  });
});
