/**
 * One log line for each API request: the route's pattern, never the path, which may hold an openid.
 */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { writeLog } from "../../platform/logger.ts";
import type { HttpEnv } from "./app-env.ts";

/** Logs `api` with route, status and how long the answer took, milliseconds. */
export const logApi = () =>
  createMiddleware<HttpEnv>(async function logApi(c, next) {
    const startedAt = Date.now();
    await next();
    // The route that was reached last: the one that answered.
    const route = `${c.req.method} ${routePath(c)}`;
    writeLog("api", { requestId: c.get("requestId"), route, status: c.res.status, ms: Date.now() - startedAt });
  });
