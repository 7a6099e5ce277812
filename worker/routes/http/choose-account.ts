/**
 * Which mini program a request is about: `?appid=`, or the only or first one.
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { findApp, type AppConfig } from "../../config/config.ts";
import type { AppEnv } from "./app-env.ts";
import { problem } from "./problem.ts";

/** Answers 404 `unknown_app` for an app this worker is not set up for; past it `appOf` always finds one. */
export const requireKnownApp = () =>
  createMiddleware<AppEnv>(async function requireKnownApp(c, next) {
    if (findApp(c.get("config"), c.req.query("appid")) === undefined) return problem(c, "unknown_app", {});
    return next();
  });

/**
 * The mini program of a request.
 *
 * @throws Error on a route that is not behind `requireKnownApp`
 */
export function appOf(c: Context<AppEnv>): AppConfig {
  const app = findApp(c.get("config"), c.req.query("appid"));
  if (app === undefined) throw new Error("this route is not behind requireKnownApp");
  return app;
}
