/**
 * One log line for each API request: the route's pattern, never the path, which may hold an openid.
 */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { log } from "../../platform/logger.ts";
import type { AppEnv } from "./app-env.ts";

/** Logs `api` with route, status and how long the answer took, milliseconds. */
export const logApi = () =>
  createMiddleware<AppEnv>(async function logApi(c, next) {
    const startedAt = Date.now();
    await next();
    // The route that was reached last: the one that answered.
    const route = `${c.req.method} ${routePath(c)}`;
    log("api", { requestId: c.get("requestId"), route, status: c.res.status, ms: Date.now() - startedAt });
  });
