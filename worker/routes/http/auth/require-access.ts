/**
 * Checks every request against the `access` of its route. A path without an operation is answered as unknown, even when
 * a handler exists for it.
 */
import { createMiddleware } from "hono/factory";
import { isOpenToKey, isOpenToRole } from "../../../people/core/rights.ts";
import type { HttpEnv } from "../app-env.ts";
import { accessOf } from "../operation.ts";
import { problem } from "../response/problem.ts";

/**
 * Answers 404 `route_not_found` for a path without an operation, 403 `agent_required` to an API key on a route for
 * agents, and 403 `forbidden` to an agent whose role may not call the route. Must come after `authenticate`.
 */
export const requireAccess = () =>
  createMiddleware<HttpEnv>(async function requireAccess(c, next) {
    const access = accessOf(c);
    if (access === undefined) return problem(c, "route_not_found", {});
    if (access === "public") return next();
    const caller = c.get("caller");
    if (caller.type === "api") return isOpenToKey(access) ? next() : problem(c, "agent_required", {});
    return isOpenToRole(access, caller.role) ? next() : problem(c, "forbidden", {});
  });
