import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { DEFAULT_SETTINGS } from "../../shared/api/settings/default.ts";
import { DEFAULT_DOCUMENT } from "../../shared/api/settings/document.ts";
import { SETTINGS_KEY } from "../../worker/settings/published-settings.ts";
import { settingsMemory } from "../../worker/settings/reader.ts";
import { account, APPID, OTHER_APPID, readTexts } from "../support/workerd.ts";
import { bodyOf, call, type CallOptions } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

const SILENT = { fallback: { type: "silent" } };
const KEY = `mini-program:${APPID}`;
const OTHER_KEY = `mini-program:${OTHER_APPID}`;

useWorker({ settings: null });

function put(json: unknown, ifMatch: string | null, options: CallOptions = {}): Promise<Response> {
  return call("PUT", "/api/v1/settings", {
    ...options,
    json,
    headers: { ...options.headers, ...(ifMatch === null ? {} : { "if-match": ifMatch }) },
  });
}

/** Stores settings as the defaults. */
const putDefaults = (defaults: unknown, ifMatch: string | null) => put({ defaults }, ifMatch);

async function etag(): Promise<string> {
  return (await call("GET", "/api/v1/settings")).headers.get("etag") ?? "";
}

describe("GET /settings", () => {
  it("returns the defaults as version 0 until others are stored", async ({ expect }) => {
    const response = await call("GET", "/api/v1/settings");
    expect(response.status).toBe(200);
    expect(response.headers.get("etag")).toBe('"0"');
    expect(await bodyOf(response)).toEqual({ version: 0, ...DEFAULT_DOCUMENT });
  });

  it("shows the settings in force for one account, and the source of each key", async ({ expect }) => {
    const defaults = { ...SILENT, muteAfterApiMinutes: 7 };
    expect((await put({ defaults, overrides: { [OTHER_KEY]: { muteAfterApiMinutes: 8 } } }, "*")).status).toBe(200);
    const version = Number((await etag()).slice(1, -1));
    const response = await call("GET", `/api/v1/settings?account=${OTHER_KEY}`);
    expect(response.headers.get("etag")).toBe(`"${version}"`);
    expect(await bodyOf(response)).toEqual({
      version,
      account: OTHER_KEY,
      settings: { ...DEFAULT_SETTINGS, ...SILENT, muteAfterApiMinutes: 8 },
      from: expect.objectContaining({ fallback: "defaults", muteAfterApiMinutes: "override" }),
    });
    expect(await bodyOf(await call("GET", "/api/v1/settings", { appid: OTHER_APPID }))).toMatchObject({
      account: OTHER_KEY,
      settings: { muteAfterApiMinutes: 8 },
    });
    expect(await bodyOf(await call("GET", `/api/v1/settings?account=${KEY}`))).toMatchObject({
      settings: { muteAfterApiMinutes: 7 },
      from: { muteAfterApiMinutes: "defaults" },
    });
  });

  it.for(["mini-program:wx00000000000000ff", `official-account:${APPID}`])(
    "answers 404 for %j, which this worker does not serve",
    async (account, { expect }) => {
      const response = await call("GET", `/api/v1/settings?account=${encodeURIComponent(account)}`);
      expect(response.status).toBe(404);
      expect(await bodyOf(response)).toMatchObject({ code: "unknown_account" });
    },
  );

  it.for([APPID, "", "constructor"])("refuses %j, which is not the name of an account", async (account, { expect }) => {
    const response = await call("GET", `/api/v1/settings?account=${encodeURIComponent(account)}`);
    expect([404, 422]).toContain(response.status);
  });
});

describe("PUT /settings", () => {
  it("stores, fills in the defaults, and returns an ETag for each version", async ({ expect }) => {
    const before = await etag();
    const response = await putDefaults(SILENT, before);
    expect(response.status).toBe(200);
    const stored = { version: expect.any(Number), defaults: { ...DEFAULT_SETTINGS, ...SILENT }, overrides: {} };
    expect(await bodyOf(response)).toEqual(stored);
    const after = response.headers.get("etag");
    expect(after).toBe(`"${Number(before.slice(1, -1)) + 1}"`);
    const read = await call("GET", "/api/v1/settings");
    expect(read.headers.get("etag")).toBe(after);
    expect(await bodyOf(read)).toEqual(stored);
  });

  it("takes what GET gave, unchanged", async ({ expect }) => {
    const read = await call("GET", "/api/v1/settings");
    expect((await put(await bodyOf(read), read.headers.get("etag"))).status).toBe(200);
  });

  it("is in force for the next push", async ({ expect }) => {
    const reply = { type: "reply", messages: [{ type: "text", content: "收到" }] };
    await put({ defaults: SILENT, overrides: { [KEY]: { fallback: reply } } }, "*");
    await wechat.text("oForce", "在吗");
    await expect.poll(() => readTexts(wechat, "oForce")).toEqual(["收到"]);
  });

  it("answers 428 without If-Match", async ({ expect }) => {
    for (const ifMatch of [null, ""]) {
      const response = await putDefaults(SILENT, ifMatch);
      expect(response.status).toBe(428);
      expect(await bodyOf(response)).toMatchObject({ code: "if_match_required" });
    }
  });

  it("answers 412 with the version there is for any other, and stores nothing", async ({ expect }) => {
    await putDefaults(SILENT, "*");
    const current = await etag();
    const version = Number(current.slice(1, -1));
    for (const stale of ['"0"', `"${version + 1}"`, `W/${current}`, String(version), '"1", "2"', '""', '"-1"']) {
      const response = await put(DEFAULT_DOCUMENT, stale);
      expect(response.status, stale).toBe(412);
      expect(await bodyOf(response)).toMatchObject({ code: "version_mismatch", version });
      expect(response.headers.get("etag")).toBe(current);
    }
    expect(await etag()).toBe(current);
  });

  it("lets one of two who began from the same version through", async ({ expect }) => {
    const begun = await etag();
    const answers = await Promise.all([putDefaults(SILENT, begun), put(DEFAULT_DOCUMENT, begun)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  });

  it("reports all problems at once, each with its path and remedy", async ({ expect }) => {
    const rule = { id: "a", match: { type: "contains", words: [] }, action: { type: "silent" } };
    const defaults = { timeZone: "Mars/Olympus", rules: [rule, rule], fallback: { type: "reply" } };
    const response = await put({ defaults, overrides: { [KEY]: { timeZone: "Mars" }, shop: {} } }, "*");
    expect(response.status).toBe(422);
    const { code, problems } = await bodyOf(response);
    expect(code).toBe("invalid_settings");
    expect(problems).toEqual(
      expect.arrayContaining(
        [
          "defaults.timeZone",
          "defaults.rules.0.match.words",
          "defaults.rules.1.id",
          "defaults.fallback.messages",
          `overrides.${KEY}.timeZone`,
          "overrides.shop",
        ].map((path) => expect.objectContaining({ path, problem: expect.any(String), cure: expect.any(String) })),
      ),
    );
  });

  it.for([null, [], "text", 1])("refuses the body %j as settings", async (json, { expect }) => {
    const response = await put(json, "*");
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: "invalid_settings" });
  });

  it("refuses an override for an account this worker does not serve", async ({ expect }) => {
    const overrides = { "mini-program:wx00000000000000ff": { rules: [] } };
    const response = await put({ defaults: SILENT, overrides }, "*");
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ problems: [{ path: "overrides.mini-program:wx00000000000000ff" }] });
  });

  it("takes as many rules as there may be, and takes back what it answered", async ({ expect }) => {
    const rules = Array.from({ length: 200 }, (_, index) => ({
      id: `r${index}`,
      match: { type: "any", words: [`第${index}问`] },
      action: { type: "reply", messages: [{ type: "text", content: "长".repeat(100) }] },
    }));
    const stored = await putDefaults({ ...SILENT, rules }, "*");
    expect(stored.status).toBe(200);
    expect((await put(await bodyOf(stored), "*")).status).toBe(200);
  });

  it("refuses what is too large, no JSON, or of another type", async ({ expect }) => {
    const headers = { "if-match": "*", "content-type": "application/json" };
    expect((await putDefaults({ ...SILENT, more: "a".repeat(1_000_000) }, "*")).status).toBe(413);
    expect((await call("PUT", "/api/v1/settings", { body: "{", headers })).status).toBe(400);
    const text = { ...headers, "content-type": "text/plain" };
    expect((await call("PUT", "/api/v1/settings", { body: "{}", headers: text })).status).toBe(415);
  });
});

describe("pushes", () => {
  it("of all accounts read the settings once a minute for an isolate: memory, else one key in KV", async ({
    expect,
  }) => {
    await put({ defaults: SILENT, overrides: { [OTHER_KEY]: { muteAfterApiMinutes: 8 } } }, "*");
    settingsMemory.known = undefined;
    const get = vi.spyOn(env.KV, "get");
    const object = vi.spyOn(env.SETTINGS, "getByName");
    for (const appid of [APPID, OTHER_APPID, APPID]) await wechat.text("oReads", "在吗", { appid });
    expect(get.mock.calls.map(([key]) => String(key)).filter((key) => key.startsWith("settings"))).toEqual([
      SETTINGS_KEY,
    ]);
    expect(object).not.toHaveBeenCalled();
  });
});

describe("GET /quarantine", () => {
  it("returns authentic pushes that could not be parsed, newest first, of one app", async ({ expect }) => {
    expect(await bodyOf(await call("GET", "/api/v1/quarantine"))).toEqual({ entries: [] });
    const now = Date.now();
    await account().quarantine({ at: now - 1_000, cause: "not_xml", body: "<xml" });
    await account().quarantine({ at: now, cause: "too_deep", body: "长".repeat(30_000) });
    const { entries } = await (await call("GET", "/api/v1/quarantine")).json<{ entries: readonly unknown[] }>();
    expect(entries).toEqual([
      expect.objectContaining({ at: new Date(now).toISOString(), cause: "too_deep", bytes: 90_000, truncated: true }),
      expect.objectContaining({ cause: "not_xml", body: "<xml", bytes: 4, truncated: false }),
    ]);
    expect(await bodyOf(await call("GET", "/api/v1/quarantine", { appid: OTHER_APPID }))).toEqual({ entries: [] });
  });
});
