/**
 * Mounts the routes: pushes and health check here, all others in `app-lazy.ts`. Code that no push needs is loaded by
 * `import()` with the first request for it, so that a cold start for a push does not evaluate it.
 */
import { Hono } from "hono/tiny";
import type { HttpEnv } from "./routes/http/app-env.ts";
import { answerUnhandled, prepare, type AppParts } from "./routes/http/prepare.ts";
import { receive, verify } from "./routes/wechat-push.ts";

/**
 * Creates the whole application. Pushes have a separate router with few routes, because a router tries each of its
 * routes for every push.
 *
 * @param parts the channels, and the team's code for the routes that run it
 */
export function createApp(parts: AppParts): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  let lazyApp: Hono<HttpEnv> | undefined;

  app.get("/healthz", async (c) => {
    const { healthz } = await import("./routes/healthz.ts");
    return healthz(c, parts.channels);
  });
  // No middleware: Hono calls a route with a single handler directly, without a promise chain.
  app.get("/wechat/message", (c) => prepare(c, parts) ?? verify(c, undefined));
  app.post("/wechat/message", (c) => prepare(c, parts) ?? receive(c, undefined));
  app.get("/wechat/:appid/message", (c) => prepare(c, parts) ?? verify(c, c.req.param("appid")));
  app.post("/wechat/:appid/message", (c) => prepare(c, parts) ?? receive(c, c.req.param("appid")));
  app.notFound(async (c) => {
    if (lazyApp === undefined) {
      const { createLazyApp } = await import("./app-lazy.ts");
      lazyApp ??= createLazyApp(parts);
    }
    return lazyApp.fetch(c.req.raw, c.env, c.executionCtx);
  });
  app.onError(answerUnhandled);
  return app;
}
