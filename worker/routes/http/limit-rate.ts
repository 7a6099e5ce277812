/**
 * How often one API key may call: Cloudflare's Rate Limiting binding, counted at each of its locations, with no
 * storage and no request of its own. Why this and not a counter in an object: docs/design/rate-limit.md.
 */
import { createMiddleware } from "hono/factory";
import { withTimeout } from "../../platform/deadline.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { problem } from "./problem.ts";
import type { KeyEnv } from "./require-api-key.ts";

/** The binding's period in wrangler.toml; it does not say when the next one begins. */
const PERIOD_SECONDS = 60;
/** How long the limiter has for its answer, milliseconds: it counts at the location itself. */
const LIMITER_MS = 500;

/** Answers 429 when the caller's key has used up its requests. Comes after `requireApiKey`. */
export const limitRate = () =>
  createMiddleware<KeyEnv>(async function limitRate(c, next) {
    if (await isWithinLimit(c.env.API_RATE, c.get("caller"), c.get("requestId"))) return next();
    const headers = { "retry-after": String(PERIOD_SECONDS) };
    return problem(c, "rate_limited", { retryAfterSeconds: PERIOD_SECONDS }, { headers });
  });

/** A limiter that fails or hangs lets pass: it guards the bill, the key guards the data. */
async function isWithinLimit(limiter: RateLimit, key: string, requestId: string): Promise<boolean> {
  try {
    return (await withTimeout(LIMITER_MS, limiter.limit({ key }))).success;
  } catch (error) {
    writeLog("rate_limit_failed", { requestId, error: errorName(error) });
    return true;
  }
}
