/**
 * Creates the services of one request from Hono's context: the only place where use cases meet a request.
 */
import type { Context } from "hono";
import type { WeChatAccountConfig } from "../../config/config.ts";
import { createServices, type RequestServices } from "../../inbox/services.ts";
import type { HttpEnv } from "./app-env.ts";

/** Creates them, once per request; after `requireKnownAccount` they exist already. */
export function createRequestServices(c: Context<HttpEnv>, app: WeChatAccountConfig): RequestServices {
  const { env } = c;
  const waitUntil = (work: Promise<unknown>) => c.executionCtx.waitUntil(work);
  return {
    ...createServices(env, c.get("config"), app, waitUntil, c.get("channels")),
    requestId: c.get("requestId"),
    env,
    kv: env.KV,
    team: c.get("team"),
  };
}
