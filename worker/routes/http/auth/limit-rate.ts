/**
 * Limits the requests of one API key with Cloudflare's Rate Limiting binding, which counts separately in each location,
 * without storage and without an extra request. Why not a counter in an object: docs/design/rate-limit.md.
 */
import { createMiddleware } from "hono/factory";
import { withTimeout } from "../../../platform/deadline.ts";
import { errorName, writeLog } from "../../../platform/logger.ts";
import type { HttpEnv } from "../app-env.ts";
import { problem } from "../response/problem.ts";

/**
 * The binding's period in wrangler.toml, seconds, used for Retry-After; the binding does not return when the next
 * period begins.
 */
const PERIOD_SECONDS = 60;
/** Timeout of the limiter, milliseconds: it counts in the same location. */
const LIMITER_MS = 500;

/** Answers 429 when the caller's key has used up its requests. Must come after `requireApiKey`. */
export const limitRate = () =>
  createMiddleware<HttpEnv>(async function limitRate(c, next) {
    if (await isWithinLimit(c.env.API_RATE, c.get("caller"), c.get("requestId"))) return next();
    const headers = { "retry-after": String(PERIOD_SECONDS) };
    return problem(c, "rate_limited", { retryAfterSeconds: PERIOD_SECONDS }, { headers });
  });

/**
 * Returns whether the request is within the limit. When the limiter fails or hangs, the request is allowed: the limit
 * controls cost, the API key protects the data.
 */
async function isWithinLimit(limiter: RateLimit, key: string, requestId: string): Promise<boolean> {
  try {
    return (await withTimeout(LIMITER_MS, limiter.limit({ key }))).success;
  } catch (error) {
    writeLog("rate_limit_failed", { requestId, error: errorName(error) });
    return true;
  }
}
