/**
 * Which mini program a request is about: `?appid=`, or the only or first one.
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { findAccountConfig } from "../../config/config.ts";
import type { RequestServices } from "../../inbox/services.ts";
import type { HttpEnv } from "./app-env.ts";
import { problem } from "./problem.ts";
import { createRequestServices } from "./services.ts";

/** Answers 404 `unknown_app` for an app that is not configured; in later handlers `servicesOf` returns its services. */
export const requireKnownApp = () =>
  createMiddleware<HttpEnv>(async function requireKnownApp(c, next) {
    const app = findAccountConfig(c.get("config"), c.req.query("appid"));
    if (app === undefined) return problem(c, "unknown_app", {});
    c.set("services", createRequestServices(c, app));
    return next();
  });

/**
 * The services of the mini program of a request.
 *
 * @throws Error on a route that is not mounted after `requireKnownApp`
 */
export function servicesOf(c: Context<HttpEnv>): RequestServices {
  const services: RequestServices | undefined = c.get("services");
  if (services === undefined) throw new Error("this route must be mounted after requireKnownApp");
  return services;
}
