/** Selects the account of a request: `?account=<channel>:<account>`, `?appid=` for a mini program, or the first one. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { parseAccount } from "../../../../shared/message/address.ts";
import { findAccountConfig, findConfigOf, type WeChatAccountConfig } from "../../../config/config.ts";
import type { RequestServices } from "../../../inbox/services.ts";
import type { HttpEnv } from "../app-env.ts";
import { problem } from "../response/problem.ts";
import { createRequestServices } from "../services.ts";

/**
 * Answers 404 `unknown_account` for an account that is not configured; otherwise `servicesOf` returns its services in
 * later handlers.
 */
export const requireKnownAccount = () =>
  createMiddleware<HttpEnv>(async function requireKnownAccount(c, next) {
    const app = findAccount(c);
    if (app === undefined) return problem(c, "unknown_account", {});
    c.set("services", createRequestServices(c, app));
    return next();
  });

/** Returns whether the query contains an account. */
export function namesAccount(c: Context<HttpEnv>): boolean {
  return (c.req.query("account") ?? c.req.query("appid")) !== undefined;
}

/** Returns the account; undefined when it is not configured, or when the two parameters name different accounts. */
function findAccount(c: Context<HttpEnv>): WeChatAccountConfig | undefined {
  const config = c.get("config");
  const { account: text, appid } = c.req.query();
  if (text === undefined) return findAccountConfig(config, appid);
  const account = parseAccount(text);
  const app = account && findConfigOf(config, account);
  return appid === undefined || appid === app?.appid ? app : undefined;
}

/**
 * Returns the services of a request's account.
 *
 * @throws Error on a route that is not mounted after `requireKnownAccount`
 */
export function servicesOf(c: Context<HttpEnv>): RequestServices {
  const services: RequestServices | undefined = c.get("services");
  if (services === undefined) throw new Error("this route must be mounted after requireKnownAccount");
  return services;
}
