/** Settings that this worker cannot parse because another version stored them are not treated as missing. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { SNAPSHOT_MS } from "../../worker/account/faults/fault-reader.ts";
import { SETTINGS_KEY } from "../../worker/settings/published-settings.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";
import { account, APPID, pass, remote, ring, settingsObject } from "../support/workerd.ts";
import { bodyOf, call, health, putSettings } from "./api-client.ts";
import { shop, useWorker, wechat } from "./each-test.ts";

const HOOK = { id: "shop", url: "https://shop.example.com/hook", events: ["message.received"] };
const SETTINGS = { fallback: { type: "reply", messages: [{ type: "text", content: "好" }] }, webhooks: [HOOK] };
/** Settings that a newer worker may have stored: with a key that this worker does not know. */
const NEWER = { ...SETTINGS, nightShift: true };

useWorker({ clock: "hour ahead", settings: null });

/**
 * Replaces the newest version by these settings, as another worker would have stored them, before they are in KV.
 * Empties the caches, so that no reader has older settings.
 */
async function storeAsAnother(defaults: object): Promise<void> {
  await runInDurableObject(settingsObject(), (_, { storage }) => {
    const body = JSON.stringify({ defaults, overrides: {} });
    storage.sql.exec("update versions set body = ? where version = (select max(version) from versions)", body);
    storage.kv.put("head", { ...storage.kv.get<object>("head"), published: 0 });
  });
  await env.KV.delete(SETTINGS_KEY);
  settingsMemory.known = undefined;
}

/** Returns the acknowledgement of each message of the user, and the kinds of all other rows, in order. */
async function answersOf(openid: string): Promise<readonly string[]> {
  const rows = (await remote(openid).rows(0, 100))?.rows ?? [];
  return rows.flatMap((row) => (row.kind === "in" ? [row.facts.acknowledgement] : [row.kind]));
}

describe("settings that cannot be read", () => {
  it("apply no rule, and do not change the webhooks' backlog", async ({ expect }) => {
    await putSettings(SETTINGS);
    await storeAsAnother(SETTINGS);
    await wechat.text("oBacklog", "one", { appid: APPID });
    await storeAsAnother(NEWER);
    await wechat.text("oBacklog", "two", { appid: APPID });
    // Neither those settings' reply nor the defaults' hand-over.
    const answers = await answersOf("oBacklog");
    expect(answers.filter((answer) => answer === "handover")).toEqual([]);
    expect(answers.filter((answer) => answer === "out")).toHaveLength(1);
    pass(1_000);
    await ring("oBacklog");
    expect(shop.events).toEqual([]);
    await storeAsAnother(SETTINGS);
    pass(60_000);
    await ring("oBacklog");
    expect(shop.events).toHaveLength(2);
  });

  it("are read again at most once a minute by an isolate", async ({ expect }) => {
    await putSettings(SETTINGS);
    await storeAsAnother(NEWER);
    await wechat.text("oOnce", "one", { appid: APPID });
    const get = vi.spyOn(env.KV, "get");
    await wechat.text("oOnce", "two", { appid: APPID });
    expect(get.mock.calls.filter(([key]) => String(key) === SETTINGS_KEY)).toEqual([]);
  });

  it("are not replaced by the defaults in KV, where another version may read them", async ({ expect }) => {
    await putSettings(SETTINGS);
    await storeAsAnother(NEWER);
    await runInDurableObject(settingsObject(), (_, { storage }) => storage.setAlarm(Date.now()));
    await runDurableObjectAlarm(settingsObject());
    expect(await env.KV.get(SETTINGS_KEY, "json")).toMatchObject({ defaults: NEWER });
  });

  it("are reported by the API, and replaced by a PUT", async ({ expect }) => {
    await putSettings(SETTINGS);
    await storeAsAnother(NEWER);
    const response = await call("GET", "/api/v1/settings");
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({
      code: "settings_unreadable",
      problems: [{ path: "defaults.nightShift" }],
    });
    const etag = response.headers.get("etag") ?? "";
    expect((await call("GET", "/api/v1/webhooks")).status).toBe(409);
    expect((await call("POST", "/api/v1/webhooks/shop/replay", { json: { from: "skipped" } })).status).toBe(409);
    expect((await call("DELETE", "/api/v1/webhooks/shop/skipped")).status).toBe(409);
    const path = "/api/v1/conversations/oBacklog/webhooks/shop/replay";
    expect((await call("POST", path, { json: { after: 0 } })).status).toBe(409);
    expect((await putSettings(SETTINGS, { headers: { "if-match": '"0"' } })).status).toBe(412);
    expect((await putSettings(SETTINGS, { headers: { "if-match": etag } })).status).toBe(200);
    expect((await call("GET", "/api/v1/settings")).status).toBe(200);
  });

  it("keep the record of skipped events, and are a problem in /healthz", async ({ expect }) => {
    await putSettings(SETTINGS);
    const first = { seq: 1, id: "x-1", type: "message.received", at: 1 };
    await account().recordSkipped("shop", { conversation: "c", count: 1, first, reason: "refused" });
    await storeAsAnother(NEWER);
    await account().recordSkipped("shop", { conversation: "c", count: 1, first, reason: "refused" });
    const unreadable = { appid: APPID, reason: "settings_unreadable" };
    expect((await health()).faults).toContainEqual(expect.objectContaining(unreadable));
    await putSettings(SETTINGS);
    expect(await bodyOf(await call("GET", "/api/v1/webhooks"))).toMatchObject({
      webhooks: [{ id: "shop", skipped: { count: 2 } }],
    });
    pass(SNAPSHOT_MS);
    expect((await health()).faults).toEqual([]);
  });
});
