/**
 * Calls each route with each role, with an API key, and signed out. The expected result is computed from the table of
 * rights; a route without an entry fails. Only whether access is granted is checked, not the rest of the answer.
 */
import { Hono } from "hono/tiny";
import { findTargetHandler } from "hono/utils/handler";
import { describe, it } from "vitest";
import { ROLES, type Role } from "../../shared/api/desk/agent.ts";
import { isOpenToKey, isOpenToRole, type Access } from "../../worker/people/core/rights.ts";
import { createApi } from "../../worker/routes/api/index.ts";
import type { HttpEnv } from "../../worker/routes/http/app-env.ts";
import { requireAccess } from "../../worker/routes/http/auth/require-access.ts";
import { noteOf, operation } from "../../worker/routes/http/operation.ts";
import { bodyOf, call } from "./api-client.ts";
import { useWorker } from "./each-test.ts";
import { callAs, makeAgent, PASSWORD, post, signIn, cookieIn, ORIGIN, type SignedIn } from "./people-play.ts";

useWorker();

interface Route {
  readonly method: string;
  readonly path: string;
  readonly access: Access | undefined;
}

/** The routes of the API, from its own table. */
const ROUTES: readonly Route[] = (() => {
  const found = new Map<string, Route>();
  for (const { method, path, handler } of createApi().routes) {
    if (method === "ALL") continue;
    const note = noteOf(findTargetHandler(handler));
    const name = `${method} ${path}`;
    const access = note?.kind === "operation" ? note.access : found.get(name)?.access;
    found.set(name, { method, path, access });
  }
  return [...found.values()];
})();

/** Returns the route's path with ids of which none exists. */
const pathOf = ({ path }: Route) =>
  `/api${path
    .replace("/agents/:id", "/agents/a000000000000")
    .replace("/me/sign-ins/:id", "/me/sign-ins/000000000000")
    .replaceAll(/:\w+/g, "nothing")}`;

/** Returns whether the route ends the sign-in with which it is called. */
const isEnding = ({ method, path }: Route) =>
  path === "/v1/sign-out" || (method === "DELETE" && path === "/v1/me/sign-ins");

const isLetIn = async (response: Response) => {
  const { status } = response;
  await response.body?.cancel();
  if (status >= 500) throw new Error(`${status}`);
  return status !== 401 && status !== 403;
};

describe("every route", () => {
  it("declares who may call it", ({ expect }) => {
    expect(ROUTES.length).toBeGreaterThan(30);
    expect(ROUTES.filter(({ access }) => access === undefined)).toEqual([]);
  });

  it("is closed without a key or a sign-in, unless it is public", async ({ expect }) => {
    const isPublic = ROUTES.filter(({ access }) => access === "public").map(({ path }) => path);
    expect(isPublic).toEqual(["/v1/sign-in", "/v1/sign-in/invite/read", "/v1/sign-in/invite"]);
    for (const route of ROUTES) {
      const response = await call(route.method, pathOf(route), { key: null, headers: { origin: ORIGIN } });
      const { code } = await bodyOf(response);
      expect([route.method, route.path, code === "unauthorized"]).toEqual([
        route.method,
        route.path,
        route.access !== "public",
      ]);
    }
  });

  it("is open to the holder of an API key as defined by the table", async ({ expect }) => {
    for (const route of ROUTES) {
      if (route.access === undefined || route.path === "/v1/resume" || route.path === "/v1/diagnostics") continue;
      const response = await call(route.method, pathOf(route));
      expect([route.path, await isLetIn(response)]).toEqual([route.path, isOpenToKey(route.access)]);
    }
  });

  it.for(ROLES)("is open to the role %s as defined by the table", async (role: Role, { expect }) => {
    const agent = await makeAgent(role);
    const judge = async (by: SignedIn, route: Route) => {
      const response = await callAs(by, route.method, pathOf(route));
      const expected = route.access !== undefined && isOpenToRole(route.access, role);
      expect([route.method, route.path, await isLetIn(response)]).toEqual([route.method, route.path, expected]);
    };
    const isSlow = ({ path }: Route) => path === "/v1/resume" || path === "/v1/diagnostics";
    for (const route of ROUTES) if (!isEnding(route) && !isSlow(route)) await judge(agent, route);
    for (const route of ROUTES.filter(isEnding)) {
      await judge({ ...agent, cookie: cookieIn(await signIn(agent.name, PASSWORD)) }, route);
    }
  });

  it("has its refusal in the document", async ({ expect }) => {
    const agent = await makeAgent();
    expect(await bodyOf(await callAs(agent, "GET", "/api/v1/audit"))).toMatchObject({ status: 403, code: "forbidden" });
    expect(await bodyOf(await call("GET", "/api/v1/me"))).toMatchObject({ status: 403, code: "agent_required" });
  });
});

describe("a path", () => {
  it("that has a handler but no operation is closed to all", async ({ expect }) => {
    const app = new Hono<HttpEnv>();
    app.use(async (c, next) => {
      c.set("caller", { type: "api", key: "0" });
      await next();
    });
    app.use(requireAccess());
    app.get("/described", operation("x", "api"), (c) => c.text("open"));
    app.get("/forgotten", (c) => c.text("open"));
    expect(await (await app.request("/described")).text()).toBe("open");
    expect((await app.request("/forgotten")).status).toBe(404);
  });

  it("that is unknown is answered 404 to an agent, and 401 to others", async ({ expect }) => {
    const agent = await makeAgent();
    expect((await callAs(agent, "GET", "/api/v1/nothing")).status).toBe(404);
    expect((await callAs(agent, "DELETE", "/api/v1/me")).status).toBe(404);
    expect((await post("/api/v1/nothing", {})).status).toBe(401);
  });
});
