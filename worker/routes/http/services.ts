/** Creates the services of one request from Hono's context. */
import type { Context } from "hono";
import type { WeChatAccountConfig } from "../../config/config.ts";
import { createServices, type RequestServices } from "../../inbox/services.ts";
import type { HttpEnv } from "./app-env.ts";

/** Creates the services of an account for one request; after `requireKnownAccount` use `servicesOf` instead. */
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
