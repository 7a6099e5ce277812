/**
 * `npm run setup` for Cloudflare, with a simulated wrangler and worker: the commands, their order, the output, and that
 * no secret is shown. That wrangler's output is still the same can only be verified with a real account.
 */
import { randomBytes } from "node:crypto";
import { describe, it } from "vitest";
import { ALL, API_KEY, APPID, HEALTHY, NAMES, OPTIONS, run, SECRET, URL_OF } from "../../support/cloudflare-setup.ts";

describe("setup on a Cloudflare account without the worker", () => {
  it("asks who is logged in, deploys, uploads everything through standard input, and waits for three milestones", async ({
    expect,
  }) => {
    const { code, shown, commands, uploaded } = await run();
    expect(code).toBe(0);
    expect(commands).toEqual([
      "whoami --json",
      "secret list --format json",
      "deploy --domain kefu.example.com",
      "secret bulk",
    ]);
    expect(Object.keys(uploaded)).toEqual(NAMES);
    expect(uploaded).toMatchObject({ WECHAT_APPID: APPID, WECHAT_APP_SECRET: SECRET });
    expect(shown).toMatch(/✓ 收到验证 .*\n.*✓ 收到第一条消息 .*\n.*✓ 微信已接受第一条回复 /);
  });

  it("shows generated values once, with their console fields, and no value of the user", async ({ expect }) => {
    const { shown, uploaded } = await run();
    for (const name of ["WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY", "API_KEYS"]) {
      expect(uploaded[name]).toBeTruthy();
      expect(shown).toContain(uploaded[name]);
    }
    expect(shown).toContain(`${URL_OF}/wechat/message`);
    expect(shown).toContain("安全模式");
    expect(shown).not.toContain(SECRET);
  });

  it("generates the secrets of webhooks and of signed contexts on request", async ({ expect }) => {
    const { uploaded } = await run({ extras: ["WEBHOOK_SECRET", "CONTEXT_KEY"] });
    expect(uploaded["WEBHOOK_SECRET"]).toMatch(/^whsec_/);
    expect(uploaded["CONTEXT_KEY"]).toMatch(/^[\w+/=]{44}$/);
  });

  it("does not upload the AppID when wrangler.toml contains it", async ({ expect }) => {
    const { code, uploaded, asked } = await run(
      { brought: { WECHAT_APP_SECRET: SECRET } },
      { toml: { WECHAT_APPID: APPID } },
    );
    expect(code).toBe(0);
    expect(Object.keys(uploaded)).not.toContain("WECHAT_APPID");
    expect(asked.some(({ url }) => url.endsWith(`/api/v1/milestones?appid=${APPID}`))).toBe(true);
  });

  it("names everything that is missing at once, before anything is deployed", async ({ expect }) => {
    const { domain: _domain, ...nowhere } = OPTIONS;
    const { code, shown, commands } = await run({ brought: {}, deploy: false }, {}, nowhere);
    expect(code).toBe(1);
    expect(shown).toContain("WECHAT_APPID, WECHAT_APP_SECRET");
    expect(shown).toMatch(/还没有这个 Worker[^]*--deploy[^]*服务的 URL 未知[^]*--url/);
    expect(commands).not.toContain("deploy");
    expect(commands).not.toContain("secret bulk");
  });
});

describe("setup with existing secrets", () => {
  const listed = (...names: string[]) => ({
    stdout: JSON.stringify(names.map((name) => ({ name, type: "secret_text" }))),
  });
  const set = listed(...NAMES);

  it("keeps them, uploads nothing, and calls the worker with the given key", async ({ expect }) => {
    const { code, shown, commands, asked } = await run(
      { brought: { API_KEYS: API_KEY }, deploy: false },
      { wrangler: { "secret list": set } },
    );
    expect(code).toBe(0);
    expect(commands).toEqual(["whoami --json", "secret list --format json"]);
    expect(shown).toContain("原有的值");
    expect(shown).not.toContain(API_KEY);
    expect(asked.map(({ headers }) => headers.get("authorization"))).toContain(`Bearer ${API_KEY}`);
  });

  it("replaces none without a request, and names them", async ({ expect }) => {
    const world = { wrangler: { "secret list": set } };
    const refused = await run({}, world);
    expect(refused.code).toBe(1);
    expect(refused.shown).toMatch(/WECHAT_APPID, WECHAT_APP_SECRET[^]*--force/);
    expect(refused.commands).not.toContain("secret bulk");
    const forced = await run({ force: true, brought: { WECHAT_APP_SECRET: SECRET, API_KEYS: API_KEY } }, world);
    expect(forced.uploaded).toEqual({ WECHAT_APP_SECRET: SECRET, API_KEYS: API_KEY });
  });

  it("regenerates values on request, but not the key of sealed data", async ({ expect }) => {
    const { uploaded } = await run({ brought: {}, renew: true }, { wrangler: { "secret list": set } });
    expect(Object.keys(uploaded)).toEqual(["WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY", "API_KEYS"]);
  });

  it("never replaces the key of sealed data, not even with --force", async ({ expect }) => {
    const brought = { ...OPTIONS.brought, DATA_KEY: randomBytes(32).toString("base64") };
    const { code, shown, uploaded } = await run({ brought, force: true }, { wrangler: { "secret list": set } });
    expect([code, uploaded]).toEqual([1, {}]);
    expect(shown).toContain("rotate-secrets.md");
  });

  it("cannot wait with a key that cannot be read, and explains how to pass it", async ({ expect }) => {
    const { code, shown } = await run({ brought: {} }, { wrangler: { "secret list": set } });
    expect(code).toBe(1);
    expect(shown).toContain("--api-key-env");
    const patient = await run({ brought: {}, waitMs: 0 }, { wrangler: { "secret list": set } });
    expect(patient.code).toBe(0);
  });

  it("does not change several mini programs", async ({ expect }) => {
    const { code, shown } = await run({}, { wrangler: { "secret list": listed("WECHAT_APPS") } });
    expect(code).toBe(1);
    expect(shown).toContain("several-apps.md");
  });
});

describe("each failure of wrangler is named with its fix", () => {
  it.for([
    { fault: "nobody is logged in", at: "whoami", says: '{"loggedIn":false}', cure: "wrangler login" },
    { fault: "wrangler is missing", at: "whoami", says: "spawn wrangler ENOENT", cure: "npm ci" },
    {
      fault: "several accounts",
      at: "secret list",
      says: "More than one account available but unable to select one in non-interactive mode.",
      cure: "CLOUDFLARE_ACCOUNT_ID",
    },
    {
      fault: "a token without permission",
      at: "deploy",
      says: "Authentication error [code: 10000]",
      cure: "Edit Workers",
    },
    {
      fault: "no workers.dev subdomain",
      at: "deploy",
      says: "You need to register a workers.dev subdomain before publishing",
      cure: "workers_dev = false",
    },
    {
      fault: "a domain of somebody else",
      at: "deploy",
      says: "Could not find zone for `kefu.example.com`. Make sure the domain exists in your account.",
      cure: "add the domain to Cloudflare",
    },
    {
      fault: "a variable of the same name",
      at: "secret bulk",
      says: "Binding name 'WECHAT_APPID' already in use. [code: 10053]",
      cure: "[vars]",
    },
    { fault: "no network", at: "deploy", says: "TypeError: fetch failed", cure: "HTTPS_PROXY" },
    { fault: "something new", at: "deploy", says: "The moon is in the wrong phase", cure: "run setup again" },
  ])("$fault", async ({ at, says, cure }, { expect }) => {
    const stderr = `\u001b[31m✘ [ERROR] ${says}\u001b[0m\nsecret: ${SECRET}\n`;
    const failed = says.startsWith("{") ? { code: 1, stdout: says } : { code: 1, stderr };
    const { code, shown } = await run({}, { wrangler: { [at]: failed } });
    expect(code).toBe(1);
    expect(shown).toContain(cure);
    expect(shown).toMatch(/✗ .*\p{Script=Han}/u);
    expect(shown).not.toContain(SECRET);
    expect(shown).not.toContain("\u001b");
    if (!says.startsWith("{")) expect(shown).toContain(`| ✘ [ERROR] ${says}`);
  });

  it("generated values are not lost when the upload fails", async ({ expect }) => {
    const { shown } = await run({}, { wrangler: { "secret bulk": { code: 1, stderr: "fetch failed" } } });
    expect(shown).toMatch(/WECHAT_ENCODING_AES_KEY {2}\(新生成 \/ generated: [A-Za-z0-9]{43}\)/);
  });
});

describe("waiting", () => {
  const milestones = (...states: object[]) => ({
    "GET /api/v1/milestones": states.map((state) => Response.json(state)),
  });

  it("reports each milestone when it is reached", async ({ expect }) => {
    const { verified, message } = ALL;
    const { code, shown } = await run({}, { worker: milestones({}, { verified }, { verified, message }, ALL) });
    expect(code).toBe(0);
    expect(shown.match(/✓ 收到验证/g)).toHaveLength(1);
  });

  it("ends when the time is up, with a fix for each milestone that was not reached", async ({ expect }) => {
    const { code, shown } = await run({}, { worker: milestones({ verified: ALL.verified }) });
    expect(code).toBe(1);
    expect(shown).toContain("✓ 收到验证");
    expect(shown).toMatch(/✗ 尚未完成：收到第一条消息[^]*→[^]*联系客服/);
    expect(shown).toContain("npm run doctor");
  });

  it("waits until the worker has its secrets, then names the missing ones", async ({ expect }) => {
    const broken = Response.json(
      { status: "misconfigured", problems: [{ variable: "WECHAT_TOKEN", problem: "is missing", cure: "put it" }] },
      { status: 503 },
    );
    const slow = await run({}, { worker: { "GET /healthz": [broken, broken, Response.json(HEALTHY)] } });
    expect(slow.code).toBe(0);
    const never = await run({}, { worker: { "GET /healthz": [broken] } });
    expect(never.code).toBe(1);
    expect(never.shown).toContain("WECHAT_TOKEN is missing");
    expect(never.shown).toContain("安全模式");
  });

  it.for([
    { status: 401, code: "unauthorized", cure: "--api-key-env" },
    { status: 404, code: "unknown_account", cure: "WECHAT_APPID" },
    { status: 404, code: "route_not_found", cure: "--deploy" },
    { status: 403, code: "api_closed", cure: "npm run setup" },
  ])("does not continue when the worker answers $status $code", async ({ status, code: word, cure }, { expect }) => {
    const reply = Response.json({ code: word }, { status });
    const { code, shown, asked } = await run({}, { worker: { "GET /api/v1/milestones": [reply] } });
    expect(code).toBe(1);
    expect(shown).toContain(cure);
    expect(asked.filter(({ url }) => url.includes("milestones"))).toHaveLength(1);
  });
});
