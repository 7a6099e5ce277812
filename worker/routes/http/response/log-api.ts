/** Writes one log line for each API request: with the route's pattern, never the path, which may contain an openid. */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { writeLog } from "../../../platform/logger.ts";
import type { HttpEnv } from "../app-env.ts";

/** Logs `api` with route, status and response time, milliseconds. */
export const logApi = () =>
  createMiddleware<HttpEnv>(async function logApi(c, next) {
    const startedAt = Date.now();
    await next();
    // The last matched route is the one that answered.
    const route = `${c.req.method} ${routePath(c)}`;
    writeLog("api", { requestId: c.get("requestId"), route, status: c.res.status, ms: Date.now() - startedAt });
  });
