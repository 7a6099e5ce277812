/**
 * Invites, sign-ins and agents: for each request its answer, the sign-ins that it ends, and its audit entries.
 */
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { deskStub } from "../../worker/desk/client.ts";
import { pass } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import { lines, useWorker } from "./each-test.ts";
import {
  accept,
  addAgent,
  auditOf,
  callAs,
  codeOf,
  cookieIn,
  makeAgent,
  PASSWORD,
  post,
  signIn,
  tokenIn,
} from "./people-play.ts";

useWorker({ clock: "weeks apart", settings: null });

const HOUR_MS = 3_600_000;
const loginInDesk = async (agent: string) => (await deskStub(env.DESK, "apac").findAgent(agent))?.login;

/** Returns the variables of a worker for which calls of these methods of the desk fail. */
function withoutDesk(...methods: readonly string[]) {
  const getByName: typeof env.DESK.getByName = (...named) =>
    new Proxy(env.DESK.getByName(...named), {
      get(desk, name) {
        if (methods.includes(String(name))) return () => Promise.reject(new Error("the desk is not reachable"));
        const member: unknown = Reflect.get(desk, name, desk);
        return typeof member === "function"
          ? (...args: unknown[]): unknown => Reflect.apply(member, desk, args)
          : member;
      },
    });
  return { vars: { DESK: { getByName } } };
}

describe("an invite", () => {
  it("is a link to the desk with the token after #, valid for 24 hours", async ({ expect }) => {
    const { agent, invite } = await addAgent({ name: "小王", teams: ["售后"], capacity: 3 });
    expect(invite.url).toMatch(new RegExp(`^https://kefu\\.test/desk#invite=${agent.id}\\.[\\w-]{43}$`));
    expect(Date.parse(invite.expiresAt)).toBe(Date.now() + 24 * HOUR_MS);
    expect(agent).toMatchObject({
      role: "agent",
      teams: ["售后"],
      capacity: 3,
      isSuspended: false,
      hasPassword: false,
    });
  });

  it("sets a password once, and signs in with a cookie that scripts and other sites cannot read", async ({
    expect,
  }) => {
    const { agent, invite } = await addAgent();
    const response = await accept(invite.url);
    expect(response.status).toBe(200);
    expect(response.headers.get("set-cookie")).toMatch(
      new RegExp(`^__Host-kefu=${agent.id}\\.[\\w-]{43}; Max-Age=1209600; Path=/; HttpOnly; Secure; SameSite=Strict$`),
    );
    const me = await bodyOf(await callAs({ cookie: cookieIn(response) }, "GET", "/api/v1/me"));
    expect(me).toMatchObject({ id: agent.id, name: agent.name, role: "agent" });
    expect(me["actions"]).toContain("conversations.serve");
    expect(me["actions"]).not.toContain("people.manage");
    expect(await codeOf(await accept(invite.url))).toBe("invite_invalid");
    expect((await signIn(agent.name)).status).toBe(200);
    expect((await auditOf(agent.id)).map(({ action }) => action)).toEqual(["agent.add", "invite.use", "sign-in.begin"]);
  });

  it.for([
    ["short", "too_short"],
    ["1234567890", "common"],
    ["Zhang San 2026", "like_name"],
  ])("is still valid after the refused password %j (%s)", async ([password, reason], { expect }) => {
    const { invite } = await addAgent({ name: `Zhang San` });
    const refused = await accept(invite.url, password);
    expect(await bodyOf(refused)).toMatchObject({ status: 422, code: "weak_password", reason });
    const made = await accept(invite.url);
    expect(made.status).toBe(200);
    await call("PATCH", `/api/v1/agents/${tokenIn(invite.url).split(".")[0]}`, { json: { name: `gone ${reason}` } });
  });

  it("is still valid after a use that could not be recorded", async ({ expect }) => {
    const { agent, invite } = await addAgent();
    const cut = vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
      throw new Error("the audit object is not reachable");
    });
    const refused = await accept(invite.url);
    cut.mockRestore();
    expect([await codeOf(refused), refused.headers.get("set-cookie")]).toEqual(["audit_unavailable", null]);
    expect((await signIn(agent.name)).status).toBe(401);
    const used = await accept(invite.url);
    expect(used.status).toBe(200);
    const { signIn: id } = await bodyOf(await callAs({ cookie: cookieIn(used) }, "GET", "/api/v1/me"));
    expect((await auditOf(agent.id)).at(-1)).toMatchObject({ action: "invite.use", data: { signIn: id } });
  });

  it("signs in when it is accepted while the desk cannot be told, as does the password afterwards", async ({
    expect,
  }) => {
    const { agent, invite } = await addAgent();
    const before = await loginInDesk(agent.id);
    const cut = withoutDesk("closeSockets", "recordLogin");
    const used = await post("/api/v1/sign-in/invite", { invite: tokenIn(invite.url), password: PASSWORD }, cut);
    const later = await post("/api/v1/sign-in", { name: agent.name, password: PASSWORD }, cut);
    for (const response of [used, later]) {
      expect(response.status).toBe(200);
      expect((await callAs({ cookie: cookieIn(response) }, "GET", "/api/v1/me")).status).toBe(200);
    }
    expect(await loginInDesk(agent.id)).toEqual(before);
    expect(lines().map(({ event, method }) => event === "desk_not_updated" && method)).toEqual(
      expect.arrayContaining(["closeSockets", "recordLogin"]),
    );
    expect((await signIn(agent.name)).status).toBe(200);
    await vi.waitUntil(async () => (await loginInDesk(agent.id))?.hasPassword === true);
  });

  it("shows its link when the desk cannot be told that it was made", async ({ expect }) => {
    const agent = await makeAgent();
    const path = `/api/v1/agents/${agent.id}/invite`;
    const { invite } = await (await call("POST", path, withoutDesk("recordLogin"))).json<{ invite: { url: string } }>();
    expect((await accept(invite.url, "another long password")).status).toBe(200);
  });

  it("ends after 24 hours, by a newer one, and is refused for another agent", async ({ expect }) => {
    const { agent, invite } = await addAgent();
    const other = await addAgent();
    const moved = tokenIn(invite.url).replace(agent.id, other.agent.id);
    expect(await codeOf(await post("/api/v1/sign-in/invite", { invite: moved, password: PASSWORD }))).toBe(
      "invite_invalid",
    );
    const newer = await bodyOf(await call("POST", `/api/v1/agents/${agent.id}/invite`));
    expect(newer["agent"]).toMatchObject({ id: agent.id });
    expect(await codeOf(await accept(invite.url))).toBe("invite_invalid");
    pass(24 * HOUR_MS);
    expect(await codeOf(await accept(other.invite.url))).toBe("invite_invalid");
    expect(await codeOf(await post("/api/v1/sign-in/invite", { invite: "x", password: PASSWORD }))).toBe(
      "invite_invalid",
    );
  });

  it("names its account to its holder alone, and is not used up by that", async ({ expect }) => {
    const { agent, invite } = await addAgent();
    const other = await addAgent();
    const read = (token: string) => post("/api/v1/sign-in/invite/read", { invite: token });
    const known = await bodyOf(await read(tokenIn(invite.url)));
    expect(known).toEqual({ name: agent.name, expiresAt: expect.any(String) });
    expect(Date.parse(String(known["expiresAt"])) - Date.now()).toBeLessThanOrEqual(24 * HOUR_MS);
    for (const token of [tokenIn(invite.url).replace(agent.id, other.agent.id), `${agent.id}.guess`, "x"])
      expect(await bodyOf(await read(token))).not.toHaveProperty("name");
    expect((await accept(invite.url)).status).toBe(200);
    expect(await codeOf(await read(tokenIn(invite.url)))).toBe("invite_invalid");
    pass(24 * HOUR_MS);
    expect(await codeOf(await read(tokenIn(other.invite.url)))).toBe("invite_invalid");
  });

  it("that resets a password ends the sign-ins when it is accepted, not before", async ({ expect }) => {
    const agent = await makeAgent();
    const { invite } = await (
      await call("POST", `/api/v1/agents/${agent.id}/invite`)
    ).json<{ invite: { url: string } }>();
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(200);
    expect((await accept(invite.url, "another long password")).status).toBe(200);
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(401);
    expect((await signIn(agent.name)).status).toBe(401);
    expect((await signIn(agent.name, "another long password")).status).toBe(200);
  });
});

describe("sign-ins", () => {
  it("are listed with their browser, and ended one by one or all at once", async ({ expect }) => {
    const agent = await makeAgent();
    const phone = await post(
      "/api/v1/sign-in",
      { name: agent.name, password: PASSWORD },
      {
        headers: { "user-agent": "Mozilla/5.0 (iPhone) Version/19.0 Mobile Safari/604.1" },
      },
    );
    const listed = await (
      await callAs(agent, "GET", "/api/v1/me/sign-ins")
    ).json<{ signIns: readonly Record<string, unknown>[] }>();
    expect(listed.signIns).toMatchObject([{ isCurrent: true }, { isCurrent: false, browser: "Safari, iOS" }]);
    const id = String(listed.signIns[1]?.["id"]);
    const closed = vi.spyOn(env.DESK, "getByName");
    expect((await callAs(agent, "DELETE", `/api/v1/me/sign-ins/${id}`)).status).toBe(204);
    expect(closed).toHaveBeenCalled();
    expect((await callAs({ cookie: cookieIn(phone) }, "GET", "/api/v1/me")).status).toBe(401);
    expect(await codeOf(await callAs(agent, "DELETE", `/api/v1/me/sign-ins/${id}`))).toBe("sign_in_not_found");
    expect((await callAs(agent, "DELETE", "/api/v1/me/sign-ins/x")).status).toBe(422);
    const all = await callAs(agent, "DELETE", "/api/v1/me/sign-ins");
    expect([all.status, all.headers.get("set-cookie")]).toEqual([
      204,
      expect.stringContaining("__Host-kefu=; Max-Age=0"),
    ]);
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(401);
  });

  it("end by signing out, in this browser only", async ({ expect }) => {
    const agent = await makeAgent();
    const other = { cookie: cookieIn(await signIn(agent.name)) };
    expect((await callAs(agent, "POST", "/api/v1/sign-out")).status).toBe(204);
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(401);
    expect((await callAs(other, "GET", "/api/v1/me")).status).toBe(200);
    await vi.waitUntil(async () => (await auditOf(agent.id)).some(({ action }) => action === "sign-in.end"));
  });
});

describe("agents", () => {
  it("are changed by an admin, and lose access with the next request after a suspension", async ({ expect }) => {
    const [admin, agent] = [await makeAgent("admin"), await makeAgent()];
    const change = (json: unknown, id = agent.id) => callAs(admin, "PATCH", `/api/v1/agents/${id}`, { json });
    expect(await bodyOf(await change({ role: "supervisor", teams: ["a"] }))).toMatchObject({
      role: "supervisor",
      teams: ["a"],
    });
    expect(await bodyOf(await callAs(agent, "GET", "/api/v1/me"))).toMatchObject({ role: "supervisor", teams: ["a"] });
    expect((await change({ isSuspended: true })).status).toBe(200);
    expect((await callAs(agent, "GET", "/api/v1/me")).status).toBe(401);
    expect(await codeOf(await change({ capacity: 1 }, "a000000000000"))).toBe("agent_not_found");
    expect((await change({ capacity: 1.5 })).status).toBe(422);
    expect((await change({ wrong: 1 })).status).toBe(422);
    const entries = await auditOf(agent.id);
    const by = { actor: `agent:${admin.id}`, action: "agent.change" };
    const { signIn: used } = await bodyOf(await callAs(admin, "GET", "/api/v1/me"));
    expect(entries.slice(2)).toEqual([
      { ...by, data: { signIn: used, role: "supervisor", teams: ["a"] } },
      { ...by, data: { signIn: used, isSuspended: true } },
    ]);
  });

  it("have unique names regardless of width and case", async ({ expect }) => {
    const [one, other] = [await addAgent({ name: "Han Meimei" }), await addAgent()];
    expect(await codeOf(await call("POST", "/api/v1/agents", { json: { name: "ＨＡＮ meimei", role: "agent" } }))).toBe(
      "name_taken",
    );
    const renamed = await call("PATCH", `/api/v1/agents/${other.agent.id}`, { json: { name: "han meimei" } });
    expect(await codeOf(renamed)).toBe("name_taken");
    expect((await call("PATCH", `/api/v1/agents/${one.agent.id}`, { json: { name: "HAN Meimei" } })).status).toBe(200);
    for (const name of ["", " ", " a", "a\n", "x".repeat(33), "\u200b"]) {
      expect((await call("POST", "/api/v1/agents", { json: { name, role: "agent" } })).status, name).toBe(422);
    }
  });

  it("always include an admin", async ({ expect }) => {
    const list = await (
      await call("GET", "/api/v1/agents")
    ).json<{ agents: readonly { id: string; role: string; isSuspended: boolean }[] }>();
    const admins = list.agents.filter(({ role, isSuspended }) => role === "admin" && !isSuspended);
    const left = [...admins.map(({ id }) => id), (await addAgent({ role: "admin" })).agent.id];
    for (const id of left.slice(1)) await call("PATCH", `/api/v1/agents/${id}`, { json: { role: "agent" } });
    const last = left[0] ?? "";
    expect(await codeOf(await call("PATCH", `/api/v1/agents/${last}`, { json: { isSuspended: true } }))).toBe(
      "last_admin",
    );
    expect(await codeOf(await call("PATCH", `/api/v1/agents/${last}`, { json: { role: "supervisor" } }))).toBe(
      "last_admin",
    );
  });

  it("are listed for every agent, with whether they can sign in", async ({ expect }) => {
    const agent = await makeAgent();
    const invited = await addAgent();
    const list = await (
      await callAs(agent, "GET", "/api/v1/agents")
    ).json<{ agents: readonly Record<string, unknown>[] }>();
    const find = (id: string) => list.agents.find((one) => one["id"] === id);
    expect(find(agent.id)).toMatchObject({ hasPassword: true, inviteExpiresAt: null, actual: "offline", load: 0 });
    expect(find(invited.agent.id)).toMatchObject({ hasPassword: false, inviteExpiresAt: invited.invite.expiresAt });
    pass(24 * HOUR_MS);
    const later = await (
      await call("GET", "/api/v1/agents")
    ).json<{ agents: readonly { readonly id: string; readonly inviteExpiresAt: string | null }[] }>();
    expect(later.agents.find(({ id }) => id === invited.agent.id)?.inviteExpiresAt).toBeNull();
  });

  it("are listed with one call of the desk and none of a login, however many there are", async ({ expect }) => {
    for (let count = 0; count < 3; count += 1) await addAgent();
    const [logins, desks] = [vi.spyOn(env.LOGIN, "getByName"), vi.spyOn(env.DESK, "getByName")];
    expect((await call("GET", "/api/v1/agents")).status).toBe(200);
    expect([logins.mock.calls.length, desks.mock.calls.length]).toEqual([0, 1]);
  });

  it("are listed with their password after the next sign-in when the desk had missed that it was set", async ({
    expect,
  }) => {
    const agent = await makeAgent();
    await deskStub(env.DESK, "apac").recordLogin(agent.id, { hasPassword: false, inviteExpiresAt: null });
    expect((await signIn(agent.name)).status).toBe(200);
    await vi.waitUntil(async () => (await loginInDesk(agent.id))?.hasPassword === true);
  });

  it("are listed with what their login contains after an invite and a sign-in, whatever the desk had missed", async ({
    expect,
  }) => {
    const agent = await makeAgent();
    await deskStub(env.DESK, "apac").recordLogin(agent.id, { hasPassword: false, inviteExpiresAt: null });
    const invited = await (
      await call("POST", `/api/v1/agents/${agent.id}/invite`)
    ).json<{ agent: unknown; invite: { expiresAt: string } }>();
    expect(invited.agent).toMatchObject({ hasPassword: true, inviteExpiresAt: invited.invite.expiresAt });
    const login = { hasPassword: true, inviteExpiresAt: Date.parse(invited.invite.expiresAt) };
    expect(await loginInDesk(agent.id)).toEqual(login);
    await deskStub(env.DESK, "apac").recordLogin(agent.id, { hasPassword: true, inviteExpiresAt: null });
    expect((await signIn(agent.name)).status).toBe(200);
    await vi.waitUntil(async () => (await loginInDesk(agent.id))?.inviteExpiresAt !== null);
    expect(await loginInDesk(agent.id)).toEqual(login);
  });

  it("are not added while that cannot be recorded", async ({ expect }) => {
    vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
      throw new Error("the audit object is not reachable");
    });
    const json = { name: "unrecorded", role: "agent" };
    expect(await codeOf(await call("POST", "/api/v1/agents", { json }))).toBe("audit_unavailable");
    vi.restoreAllMocks();
    expect((await call("POST", "/api/v1/agents", { json })).status).toBe(201);
  });
});
