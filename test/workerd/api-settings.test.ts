import { describe, it } from "vitest";
import { DEFAULT_SETTINGS } from "../../shared/api/settings/default.ts";
import { account, APPID, OTHER_APPID, readTexts } from "../support/workerd.ts";
import { bodyOf, call, type CallOptions } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

const SILENT = { fallback: { type: "silent" } };

useWorker({ settings: null });

function put(json: unknown, ifMatch: string | null, options: CallOptions = {}): Promise<Response> {
  return call("PUT", "/api/v1/settings", {
    ...options,
    json,
    headers: { ...options.headers, ...(ifMatch === null ? {} : { "if-match": ifMatch }) },
  });
}

async function etag(appid = APPID): Promise<string> {
  return (await call("GET", "/api/v1/settings", { appid })).headers.get("etag") ?? "";
}

describe("GET /settings", () => {
  it("gives the defaults as version 0 until somebody stores others", async ({ expect }) => {
    const response = await call("GET", "/api/v1/settings", { appid: OTHER_APPID });
    expect(response.status).toBe(200);
    expect(response.headers.get("etag")).toBe('"0"');
    expect(await bodyOf(response)).toEqual(DEFAULT_SETTINGS);
  });
});

describe("PUT /settings", () => {
  it("stores, fills in the defaults, and gives each version its ETag", async ({ expect }) => {
    const before = await etag();
    const response = await put(SILENT, before);
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({ ...DEFAULT_SETTINGS, ...SILENT });
    const after = response.headers.get("etag");
    expect(after).toBe(`"${Number(before.slice(1, -1)) + 1}"`);
    const read = await call("GET", "/api/v1/settings");
    expect(read.headers.get("etag")).toBe(after);
    expect(await bodyOf(read)).toEqual({ ...DEFAULT_SETTINGS, ...SILENT });
  });

  it("takes what GET gave, unchanged", async ({ expect }) => {
    const read = await call("GET", "/api/v1/settings");
    expect((await put(await bodyOf(read), read.headers.get("etag"))).status).toBe(200);
  });

  it("is in force for the next push", async ({ expect }) => {
    const reply = { type: "reply", messages: [{ type: "text", content: "收到" }] };
    await put({ fallback: reply }, "*");
    await wechat.text("oForce", "在吗");
    await expect.poll(() => readTexts(wechat, "oForce")).toEqual(["收到"]);
  });

  it("answers 428 without If-Match", async ({ expect }) => {
    for (const ifMatch of [null, ""]) {
      const response = await put(SILENT, ifMatch);
      expect(response.status).toBe(428);
      expect(await bodyOf(response)).toMatchObject({ code: "if_match_required" });
    }
  });

  it("answers 412 with the version there is for any other, and stores nothing", async ({ expect }) => {
    await put(SILENT, "*");
    const current = await etag();
    const version = Number(current.slice(1, -1));
    for (const stale of ['"0"', `"${version + 1}"`, `W/${current}`, String(version), '"1", "2"', '""', '"-1"']) {
      const response = await put(DEFAULT_SETTINGS, stale);
      expect(response.status, stale).toBe(412);
      expect(await bodyOf(response)).toMatchObject({ code: "version_mismatch", version });
      expect(response.headers.get("etag")).toBe(current);
    }
    expect(await etag()).toBe(current);
  });

  it("lets one of two who began from the same version through", async ({ expect }) => {
    const begun = await etag();
    const answers = await Promise.all([put(SILENT, begun), put(DEFAULT_SETTINGS, begun)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412]);
  });

  it("tells all problems at once, each with its path and cure", async ({ expect }) => {
    const rule = { id: "a", match: { type: "contains", words: [] }, action: { type: "silent" } };
    const response = await put({ timeZone: "Mars/Olympus", rules: [rule, rule], fallback: { type: "reply" } }, "*");
    expect(response.status).toBe(422);
    const { code, problems } = await bodyOf(response);
    expect(code).toBe("invalid_settings");
    expect(problems).toEqual(
      expect.arrayContaining(
        ["timeZone", "rules.0.match.words", "rules.1.id", "fallback.messages"].map((path) =>
          expect.objectContaining({ path, problem: expect.any(String), cure: expect.any(String) }),
        ),
      ),
    );
  });

  it.for([null, [], "text", 1])("refuses the body %j as settings", async (json, { expect }) => {
    const response = await put(json, "*");
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: "invalid_settings" });
  });

  it("keeps the apps apart", async ({ expect }) => {
    await put({ ...SILENT, muteAfterApiMinutes: 7 }, "*", { appid: APPID });
    await put({ ...SILENT, muteAfterApiMinutes: 8 }, "*", { appid: OTHER_APPID });
    expect(await bodyOf(await call("GET", "/api/v1/settings"))).toMatchObject({ muteAfterApiMinutes: 7 });
  });

  it("takes as many rules as there may be, and takes back what it answered", async ({ expect }) => {
    const rules = Array.from({ length: 200 }, (_, index) => ({
      id: `r${index}`,
      match: { type: "any", words: [`第${index}问`] },
      action: { type: "reply", messages: [{ type: "text", content: "长".repeat(100) }] },
    }));
    const stored = await put({ ...SILENT, rules }, "*");
    expect(stored.status).toBe(200);
    expect((await put(await bodyOf(stored), "*")).status).toBe(200);
  });

  it("refuses what is too large, no JSON, or of another type", async ({ expect }) => {
    const headers = { "if-match": "*", "content-type": "application/json" };
    expect((await put({ ...SILENT, more: "a".repeat(1_000_000) }, "*")).status).toBe(413);
    expect((await call("PUT", "/api/v1/settings", { body: "{", headers })).status).toBe(400);
    const text = { ...headers, "content-type": "text/plain" };
    expect((await call("PUT", "/api/v1/settings", { body: "{}", headers: text })).status).toBe(415);
  });
});

describe("GET /quarantine", () => {
  it("shows genuine pushes nobody could read, newest first, of one app", async ({ expect }) => {
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
