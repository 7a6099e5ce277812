import { describe, it } from "vitest";
import { createKefuClient, type Outbound } from "../../../client/index.ts";
import { json, problem, scripted } from "./scripted.ts";

const HELLO: Outbound = { type: "text", content: "您好" };
const WHOSE = {
  id: "ab".repeat(32),
  channel: "mini-program",
  account: "wx1",
  user: "oUser",
  log: "mgj6k3cw-0a1b2c3d",
};
const WINDOW = {
  status: "open",
  grant: "message",
  remaining: 4,
  expiresAt: "2026-11-24T06:00:00.000Z",
  doubtful: false,
};
const ACCEPTED = { id: "m-1", state: "sending", window: WINDOW };
const SETTINGS = { version: 3, defaults: { fallback: { type: "silent" } }, overrides: {} };

describe("a call", () => {
  it("contains key, app, Idempotency-Key and the options in addition to the message", async ({ expect }) => {
    const { client, asked } = scripted([json(202, ACCEPTED)], { baseUrl: "https://kefu.test/shop/", appid: "wx1" });
    const sent = await client.send("oUser", HELLO, { idempotencyKey: "order-1", hold: true, isAi: false });
    expect(sent).toEqual({ ok: true, value: ACCEPTED });
    expect(asked).toMatchObject([
      {
        method: "POST",
        url: "https://kefu.test/shop/api/v1/conversations/oUser/messages?appid=wx1",
        headers: { authorization: "Bearer key", "content-type": "application/json", "idempotency-key": "order-1" },
      },
    ]);
    expect(JSON.parse(String(asked[0]?.body))).toEqual({ ...HELLO, hold: true, isAi: false });
  });

  it("contains the caller's log id in the query", async ({ expect }) => {
    const { client, asked } = scripted([
      json(202, ACCEPTED),
      json(202, { after: 7 }),
      new Response(null, { status: 204 }),
      problem(410, "gone"),
    ]);
    const { log } = WHOSE;
    await client.send("oUser", HELLO, { log });
    await client.replayWebhook("oUser", "shop", 7, { log });
    expect(await client.erase("oUser", { log })).toMatchObject({ ok: true });
    expect(await client.send("oUser", HELLO, { log })).toMatchObject({ ok: false, error: { code: "gone" } });
    expect(asked.map(({ url }) => url.slice("https://kefu.test/api/v1/conversations/oUser".length))).toEqual([
      `/messages?log=${log}`,
      `/webhooks/shop/replay?log=${log}`,
      `?log=${log}`,
      `/messages?log=${log}`,
    ]);
    expect(JSON.parse(String(asked[0]?.body))).toEqual(HELLO);
  });

  it("reads a picture of an unknown format", async ({ expect }) => {
    const headers = { "content-type": "application/octet-stream" };
    const { client } = scripted([new Response(new Uint8Array([1, 2]), { headers })]);
    const picture = await client.downloadMedia("m1");
    expect(picture).toMatchObject({ ok: true, value: { contentType: "application/octet-stream" } });
  });

  it("creates a new Idempotency-Key for each message that has none", async ({ expect }) => {
    const { client, asked } = scripted([json(202, ACCEPTED), json(202, ACCEPTED)]);
    await client.send("oUser", HELLO);
    await client.send("oUser", HELLO);
    const keys = asked.map(({ headers }) => headers["idempotency-key"]);
    expect(new Set(keys).size).toBe(2);
    expect(keys.every((key) => /^[0-9a-f-]{36}$/.test(key ?? ""))).toBe(true);
  });

  it("goes to the route of each method", async ({ expect }) => {
    const none = () => new Response(null, { status: 204 });
    const { client, asked } = scripted([
      json(200, { id: "m/1", state: "sent" }),
      json(200, {
        ...WHOSE,
        window: WINDOW,
        context: {},
        heldCount: 0,
        waiting: [],
        mutedUntil: null,
        rows: [],
        next: 0,
      }),
      json(200, { log: WHOSE.log, rows: [], next: 7 }),
      none(),
      none(),
      json(201, { mediaId: "pic", expiresAt: "2026-11-24T06:00:00.000Z" }),
      new Response(new Uint8Array([1, 2]), { headers: { "content-type": "image/png" } }),
      json(200, { entries: [] }),
      json(200, { events: [], next: 7 }),
      json(200, { state: "off", kinds: [], target: null, failures: 0 }),
      json(200, { entries: [], next: 7, head: null, broken: null }),
      json(200, { robots: [], problems: [], waitMinutes: 5, repeatMinutes: 0, deskUrl: null }),
      json(200, { robot: "duty", vendor: "wecom", accepted: true }),
      json(200, { webhooks: [] }),
      json(202, { after: 7 }),
      json(202, { conversations: 1, remaining: 0 }),
      new Response(null, { status: 204 }),
      json(200, { token: { ok: true }, sendQuota: {}, callback: [] }),
      json(200, { resumed: true, trial: { outcome: "none" }, faults: [] }),
    ]);
    const results = [
      await client.message("m/1"),
      await client.conversation("oUser", { limit: 5 }),
      await client.messages("oUser", { after: 7, limit: 2 }),
      await client.erase("oUser"),
      await client.typing("oUser", false),
      await client.uploadImage(new Uint8Array([1]), "image/png"),
      await client.downloadMedia("a+/b"),
      await client.quarantine(),
      await client.events({ after: 7, limit: 2 }),
      await client.forwarding(),
      await client.audit({ after: 7 }),
      await client.alerts(),
      await client.testAlert("duty"),
      await client.webhooks(),
      await client.replayWebhook("oUser", "shop", 7),
      await client.replaySkipped("shop"),
      await client.dismissSkipped("shop"),
      await client.diagnostics(),
      await client.resume(),
    ];
    expect(results.filter((result) => !result.ok)).toEqual([]);
    expect(results[6]).toEqual({ ok: true, value: { bytes: new Uint8Array([1, 2]), contentType: "image/png" } });
    expect(asked.map(({ method, url }) => `${method} ${url.slice("https://kefu.test/api/v1".length)}`)).toEqual([
      "GET /messages/m%2F1",
      "GET /conversations/oUser?limit=5",
      "GET /conversations/oUser/messages?after=7&limit=2",
      "DELETE /conversations/oUser",
      "POST /conversations/oUser/typing",
      "POST /media",
      "GET /media/a%2B%2Fb",
      "GET /quarantine",
      "GET /events?after=7&limit=2",
      "GET /forwarding",
      "GET /audit?after=7",
      "GET /alerts",
      "POST /alerts/test",
      "GET /webhooks",
      "POST /conversations/oUser/webhooks/shop/replay",
      "POST /webhooks/shop/replay",
      "DELETE /webhooks/shop/skipped",
      "GET /diagnostics",
      "POST /resume",
    ]);
  });

  it("requests the health outside of the API, with the key", async ({ expect }) => {
    const health = {
      status: "degraded",
      apps: 1,
      modes: ["secure"],
      api: "open",
      dataKey: "set",
      warnings: [],
      faults: [],
    };
    const { client, asked } = scripted([json(200, health)]);
    expect(await client.health()).toEqual({ ok: true, value: health });
    expect(asked[0]).toMatchObject({ method: "GET", url: "https://kefu.test/healthz" });
    expect(asked[0]?.headers["authorization"]).toMatch(/^Bearer ./);
  });

  it("names the variables of a worker that is not set up", async ({ expect }) => {
    const wrong = { problem: "is missing", cure: "npx wrangler secret put" };
    const problems = [
      { variable: "WECHAT_TOKEN", ...wrong },
      { variable: "API_KEYS", ...wrong },
    ];
    const { client } = scripted([json(503, { status: "misconfigured", problems })], { attempts: 1 });
    const health = await client.health();
    expect(health).toMatchObject({ ok: false, error: { code: "not_set_up", status: 503, facts: {} } });
    expect(health.ok ? "" : health.error.detail).toBe(
      "WECHAT_TOKEN is missing: npx wrangler secret put; API_KEYS is missing: npx wrangler secret put",
    );
    const odd = scripted([json(503, { status: "misconfigured", problems: "none" })], { attempts: 1 });
    expect(await odd.client.health()).toMatchObject({ error: { code: "unexpected_answer" } });
  });

  it("returns the settings' version as a strong ETag, also when a proxy made it weak", async ({ expect }) => {
    const { client, asked } = scripted([json(200, SETTINGS, { etag: 'W/"3"' }), json(200, SETTINGS, { etag: '"4"' })]);
    const read = await client.settings();
    const etag = read.ok ? read.value.etag : "";
    expect(etag).toBe('"3"');
    const stored = await client.putSettings({ defaults: { fallback: { type: "silent" } } }, etag);
    expect(stored).toMatchObject({ ok: true, value: { etag: '"4"' } });
    expect(asked[1]).toMatchObject({ method: "PUT", headers: { "if-match": '"3"' } });
  });

  it("about the settings concerns all accounts, also for a client with an app, or the one it names", async ({
    expect,
  }) => {
    const account = "mini-program:wx2";
    const inForce = { version: 3, account, settings: SETTINGS.defaults, from: { fallback: "defaults" } };
    const answers = [json(200, SETTINGS, { etag: '"3"' }), json(200, SETTINGS, { etag: '"4"' }), json(200, inForce)];
    const { client, asked } = scripted(answers, { appid: "wx1" });
    expect(await client.settings()).toMatchObject({ ok: true });
    expect(await client.putSettings({ defaults: { fallback: { type: "silent" } } }, '"3"')).toMatchObject({ ok: true });
    expect(await client.settingsOf(account)).toEqual({ ok: true, value: inForce });
    expect(asked.map(({ url }) => new URL(url).search)).toEqual(["", "", "?account=mini-program%3Awx2"]);
  });

  it.for(["", ".", "..", "\ud800"])(
    "is not made for an openid %j, which would be another route's",
    async (openid, { expect }) => {
      const { client, asked } = scripted([]);
      expect(await client.erase(openid)).toMatchObject({
        ok: false,
        error: { code: "invalid_argument", facts: { field: "id" } },
      });
      expect(asked).toEqual([]);
    },
  );

  it("is not made with an Idempotency-Key that cannot be a header", async ({ expect }) => {
    const { client, asked } = scripted([]);
    for (const idempotencyKey of ["订单1001", "", "x".repeat(129)]) {
      const sent = await client.send("oUser", HELLO, { idempotencyKey });
      expect(sent).toMatchObject({
        ok: false,
        error: { code: "invalid_argument", facts: { field: "idempotencyKey" } },
      });
    }
    expect(asked).toEqual([]);
  });

  it("is not sent to another host when it is redirected", async ({ expect }) => {
    const answer = new Response(null, { status: 302, headers: { location: "https://elsewhere.test/" } });
    const { client, asked } = scripted([answer]);
    expect(await client.message("m-1")).toMatchObject({ ok: false, error: { code: "unexpected_answer", status: 302 } });
    expect(asked).toHaveLength(1);
  });
});

describe("a refusal", () => {
  it("is a value with its stable code, status and facts, and is not repeated", async ({ expect }) => {
    const { client, asked } = scripted([
      problem(409, "window_closed", { window: { ...WINDOW, status: "closed", grant: null } }),
    ]);
    const sent = await client.send("oUser", HELLO);
    expect(sent).toEqual({
      ok: false,
      error: {
        code: "window_closed",
        status: 409,
        title: "题 / title",
        detail: "怎么办 / cure",
        facts: { window: { ...WINDOW, status: "closed", grant: null } },
      },
    });
    expect(asked).toHaveLength(1);
  });

  it.for([
    ["a page", new Response("<html>", { status: 404 })],
    ["JSON of something else", json(400, { message: "no" })],
    ["a list", json(400, [])],
    ["null", json(400, null)],
    ["a code this client does not know", problem(409, "brand_new")],
    ["a code with the name of every object's own", problem(409, "constructor")],
    ["a problem without its facts", problem(422, "too_long", { field: "content" })],
    ["facts of another kind", problem(422, "invalid_settings", { problems: "all of it" })],
    ["another status than its own", json(404, { code: "window_closed", status: 409, title: "", detail: "" })],
  ] as const)("of %s is unexpected_answer, with its status", async ([, answer], { expect }) => {
    const { client } = scripted([answer]);
    const { status } = answer;
    expect(await client.message("m-1")).toMatchObject({ ok: false, error: { code: "unexpected_answer", status } });
  });

  it.for([
    ["no JSON", new Response("ok")],
    ["a text", json(200, "ok")],
    ["too little", json(200, { id: "m-1" })],
    ["another kind of field", json(200, { id: 1, state: "sent" })],
  ] as const)("is the result of a success with %s", async ([, answer], { expect }) => {
    const { client, asked } = scripted([answer]);
    expect(await client.message("m-1")).toMatchObject({ ok: false, error: { code: "unexpected_answer", status: 200 } });
    expect(asked).toHaveLength(1);
  });
});

describe("the options of a client", () => {
  it.for([
    { baseUrl: "kefu.example.com" },
    { baseUrl: "ftp://kefu.example.com" },
    { baseUrl: "https://user:pw@kefu.example.com" },
    { baseUrl: "https://" },
    { apiKey: "" },
    { apiKey: "钥匙" },
    { attempts: 0 },
    { attempts: 1.5 },
    { timeoutMs: 0 },
  ])("throws for %j, and names the option", (wrong, { expect }) => {
    const [name = ""] = Object.keys(wrong);
    expect(() => createKefuClient({ baseUrl: "https://kefu.test", apiKey: "key", ...wrong })).toThrow(name);
  });
});
