/**
 * Limits the requests of one caller with Cloudflare's Rate Limiting binding, which counts separately in each location,
 * without storage and without an extra request. Why not a counter in an object: docs/design/rate-limit.md.
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { withTimeout } from "../../../platform/deadline.ts";
import { errorName, writeLog } from "../../../platform/logger.ts";
import type { HttpEnv } from "../app-env.ts";
import { problem } from "../response/problem.ts";
import type { Caller } from "./caller.ts";

/**
 * The binding's period in wrangler.toml, seconds, used for Retry-After; the binding does not return when the next
 * period begins.
 */
const PERIOD_SECONDS = 60;
/** Timeout of the limiter, milliseconds; short, because the limiter runs in the same location. */
const LIMITER_MS = 500;

/**
 * Answers 429 when the caller has used up its requests: an API key, an agent, or on public routes an IP address, for
 * which the limit is lower, since a sign-in takes about 130 ms of CPU. Must come after `authenticate`.
 */
export const limitRate = () =>
  createMiddleware<HttpEnv>(async function limitRate(c, next) {
    const caller: Caller | undefined = c.get("caller");
    const limiter = caller === undefined ? c.env.SIGN_IN_RATE : c.env.API_RATE;
    if (await isWithinLimit(limiter, keyOf(c, caller), c.get("requestId"))) return next();
    const headers = { "retry-after": String(PERIOD_SECONDS) };
    return problem(c, "rate_limited", { retryAfterSeconds: PERIOD_SECONDS }, { headers });
  });

/**
 * Returns the key of the counter, never an API key itself. For an IPv6 address it is the network: the first 64 bits.
 */
function keyOf(c: Context, caller: Caller | undefined): string {
  if (caller === undefined) return `ip:${networkOf(c.req.header("cf-connecting-ip") ?? "")}`;
  return caller.type === "api" ? caller.key : `agent:${caller.id}`;
}

function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = ""] = address.split("::");
  return head.split(":").slice(0, 4).join(":");
}

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
