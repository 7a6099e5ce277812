/** Signing in, and every request with the cookie of a sign-in. */
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { pass } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import { lines, useWorker } from "./each-test.ts";
import {
  addAgent,
  auditOf,
  callAs,
  codeOf,
  cookieIn,
  makeAgent,
  ORIGIN,
  PASSWORD,
  post,
  signIn,
  tokenIn,
} from "./people-play.ts";

useWorker({ clock: "weeks apart", settings: null });

const HOUR_MS = 3_600_000;

describe("signing in", () => {
  it("accepts the name in any width and case", async ({ expect }) => {
    await makeAgent("agent", { name: "Ｌｉ Lei 李雷" });
    expect((await signIn("li LEI 李雷")).status).toBe(200);
  });

  it("answers the same for an unknown name, a wrong password, no password yet and a locked account", async ({
    expect,
  }) => {
    const agent = await makeAgent();
    const invited = await addAgent();
    const answers = [
      await signIn("nobody at all"),
      await signIn(agent.name, "wrong"),
      await signIn(invited.agent.name),
    ];
    for (let count = 1; count < 10; count += 1) await signIn(agent.name, "wrong");
    answers.push(await signIn(agent.name));
    const texts = await Promise.all(answers.map((response) => response.text()));
    expect(new Set(texts).size).toBe(1);
    expect(new Set(answers.map((response) => JSON.stringify([response.status, [...response.headers]]))).size).toBe(1);
    expect(JSON.parse(texts[0] ?? "")).toMatchObject({ status: 401, code: "sign_in_refused" });
    await vi.waitUntil(async () => (await auditOf(agent.id)).some(({ action }) => action === "sign-in.lock"));
    pass(15 * 60_000);
    expect((await signIn(agent.name)).status).toBe(200);
  });

  it("that fails is recorded: of the failures within 15 minutes the first and the one that locks", async ({
    expect,
  }) => {
    const agent = await makeAgent();
    const failures = async () =>
      (await auditOf(agent.id)).filter(({ action }) => /fail|lock/.test(action)).map(({ action }) => action);
    for (let count = 0; count < 10; count += 1) await signIn(agent.name, "wrong");
    await vi.waitUntil(async () => (await failures()).length === 2);
    expect((await failures()).toSorted()).toEqual(["sign-in.fail", "sign-in.lock"]);
    for (let count = 0; count < 5; count += 1) await signIn(agent.name, "wrong");
    pass(15 * 60_000);
    await signIn(agent.name, "wrong");
    await vi.waitUntil(async () => (await failures()).length === 3);
    expect((await signIn(agent.name)).status).toBe(200);
    const entries = await auditOf(agent.id);
    expect(entries.at(-1)).toMatchObject({ action: "sign-in.begin" });
    expect(entries.find(({ action }) => action === "sign-in.fail")).toMatchObject({ actor: "system", data: {} });
  });

  it("is refused to a suspended agent, and only with the correct password does the answer say so", async ({
    expect,
  }) => {
    const agent = await makeAgent();
    await call("PATCH", `/api/v1/agents/${agent.id}`, { json: { isSuspended: true } });
    expect(await codeOf(await signIn(agent.name, "wrong"))).toBe("sign_in_refused");
    expect(await codeOf(await signIn(agent.name))).toBe("agent_suspended");
    await call("PATCH", `/api/v1/agents/${agent.id}`, { json: { isSuspended: false } });
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(401);
    expect((await signIn(agent.name)).status).toBe(200);
  });

  it("is not possible while it cannot be recorded", async ({ expect }) => {
    const agent = await makeAgent();
    const cut = vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
      throw new Error("the audit object is not reachable");
    });
    const refused = await signIn(agent.name);
    cut.mockRestore();
    expect(await codeOf(refused)).toBe("audit_unavailable");
    expect(refused.headers.get("set-cookie")).toBeNull();
    expect(await bodyOf(await callAs(agent, "GET", "/api/v1/me/sign-ins"))).toMatchObject({
      signIns: [{ isCurrent: true }],
    });
  });

  it("with a made-up invite does not reach the desk, and gets one answer for every agent and password", async ({
    expect,
  }) => {
    const { agent, invite } = await addAgent();
    const asked = vi.fn<typeof env.DESK.getByName>((...named) => env.DESK.getByName(...named));
    const options = { vars: { DESK: { getByName: asked } } };
    const send = (path: string, json: unknown) => post(`/api/v1/sign-in/invite${path}`, json, options);
    for (const token of [`a000000000001.${"A".repeat(43)}`, `${agent.id}.${"B".repeat(43)}`]) {
      expect(await codeOf(await send("/read", { invite: token }))).toBe("invite_invalid");
      for (const password of [PASSWORD, "short"])
        expect(await codeOf(await send("", { invite: token, password }))).toBe("invite_invalid");
    }
    expect(asked).not.toHaveBeenCalled();
    expect((await send("/read", { invite: tokenIn(invite.url) })).status).toBe(200);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("writes neither a password, a token nor a name to the log", async ({ expect }) => {
    const agent = await makeAgent("agent", { name: "canary name" });
    await signIn("canary name", "canary password");
    const { cookie } = agent;
    await callAs(agent, "GET", "/api/v1/me");
    const log = JSON.stringify(lines());
    expect(log).toContain("POST /api/v1/sign-in");
    expect(log).not.toMatch(/canary|a long password/);
    expect(log).not.toContain(cookie.split(".")[1]);
  });

  it("is counted by IP address, for IPv6 by network", async ({ expect }) => {
    const keys: unknown[] = [];
    const SIGN_IN_RATE = {
      limit: ({ key }: { key: string }) => {
        keys.push(key);
        return Promise.resolve({ success: keys.length < 3 });
      },
    };
    const from = (address: string) =>
      post(
        "/api/v1/sign-in",
        { name: "x", password: "y" },
        { vars: { SIGN_IN_RATE }, headers: { "cf-connecting-ip": address } },
      );
    expect((await from("192.0.2.1")).status).toBe(401);
    expect((await from("2001:db8:1:2:3:4:5:6")).status).toBe(401);
    expect((await from("2001:db8::1")).status).toBe(429);
    expect(keys).toEqual(["ip:192.0.2.1", "ip:2001:db8:1:2", "ip:2001:db8"]);
  });

  it("needs https, except on a loopback address, which gets another cookie", async ({ expect }) => {
    const agent = await makeAgent();
    const at = (origin: string) =>
      call("POST", `${origin}/api/v1/sign-in`, {
        key: null,
        json: { name: agent.name, password: PASSWORD },
        headers: { origin },
      });
    expect(await codeOf(await at("http://kefu.test"))).toBe("https_required");
    for (const origin of ["http://localhost:8787", "http://127.0.0.1:8787", "http://[::1]:8787"]) {
      const response = await at(origin);
      expect(response.headers.get("set-cookie")).toMatch(
        /^kefu_local=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Strict$/,
      );
      const me = await call("GET", `${origin}/api/v1/me`, { key: null, headers: { cookie: cookieIn(response) } });
      expect(me.status).toBe(200);
    }
    const plain = await call("GET", "http://kefu.test/api/v1/me", { key: null, headers: { cookie: agent.cookie } });
    expect(await codeOf(plain)).toBe("https_required");
  });
});

describe("a request with a cookie", () => {
  it("of another origin or without one changes nothing; reading needs none", async ({ expect }) => {
    const agent = await makeAgent("admin");
    const change = (headers: Readonly<Record<string, string>>) =>
      call("PATCH", `/api/v1/agents/${agent.id}`, {
        key: null,
        json: { capacity: 7 },
        headers: { cookie: agent.cookie, ...headers },
      });
    for (const origin of ["https://evil.test", "http://kefu.test", "https://kefu.test:8443", "null", ""]) {
      expect(await codeOf(await change({ origin }))).toBe("origin_refused");
    }
    expect(await codeOf(await change({}))).toBe("origin_refused");
    expect((await change({ origin: ORIGIN })).status).toBe(200);
    const upgrade = { cookie: agent.cookie, upgrade: "websocket", origin: "https://evil.test" };
    expect(await codeOf(await call("GET", "/api/v1/me", { key: null, headers: upgrade }))).toBe("origin_refused");
    expect((await call("GET", "/api/v1/me", { key: null, headers: { cookie: agent.cookie } })).status).toBe(200);
    expect(
      await codeOf(
        await post("/api/v1/sign-in", { name: "x", password: "y" }, { headers: { origin: "https://evil.test" } }),
      ),
    ).toBe("origin_refused");
  });

  it("is refused with an unknown, changed or foreign token", async ({ expect }) => {
    const [agent, other] = [await makeAgent(), await makeAgent()];
    const secret = agent.cookie.split(".")[1] ?? "";
    for (const cookie of [
      "__Host-kefu=",
      `__Host-kefu=${agent.id}`,
      `__Host-kefu=${agent.id}.${"A".repeat(43)}`,
      `__Host-kefu=${other.id}.${secret}`,
      `__Host-kefu=a000000000000.${secret}`,
      `kefu_local=${agent.id}.${secret}`,
    ]) {
      expect((await callAs({ cookie }, "GET", "/api/v1/me")).status, cookie).toBe(401);
    }
  });

  it("that is made up does not reach the desk, which all agents share", async ({ expect }) => {
    const agent = await makeAgent();
    const asked = vi.fn<typeof env.DESK.getByName>((...named) => env.DESK.getByName(...named));
    const options = { vars: { DESK: { getByName: asked } } };
    for (const cookie of [`__Host-kefu=a000000000001.${"A".repeat(43)}`, `__Host-kefu=${agent.id}.${"B".repeat(43)}`])
      expect((await callAs({ cookie }, "GET", "/api/v1/me", options)).status).toBe(401);
    expect(asked).not.toHaveBeenCalled();
    expect((await callAs(agent, "GET", "/api/v1/me", options)).status).toBe(200);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("with an API key as well is treated as one with the key", async ({ expect }) => {
    const agent = await makeAgent();
    const headers = { cookie: agent.cookie };
    expect((await call("GET", "/api/v1/audit", { headers })).status).toBe(200);
    expect((await call("GET", "/api/v1/me", { key: "wrong-key-0123456789abcdef", headers })).status).toBe(401);
  });

  it("is refused after 12 hours without a request", async ({ expect }) => {
    const agent = await makeAgent();
    for (let hours = 0; hours < 24; hours += 8) {
      pass(8 * HOUR_MS);
      expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(200);
    }
    pass(12 * HOUR_MS);
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(401);
  });

  it("is refused while the desk is off, as is signing in", async ({ expect }) => {
    const agent = await makeAgent();
    const vars = { DATA_KEY: "" };
    expect(await codeOf(await callAs(agent, "GET", "/api/v1/me", { vars }))).toBe("desk_off");
    expect(await codeOf(await post("/api/v1/sign-in", { name: "x", password: "y" }, { vars }))).toBe("desk_off");
    expect(await codeOf(await call("GET", "/api/v1/agents", { vars }))).toBe("desk_off");
  });
});
