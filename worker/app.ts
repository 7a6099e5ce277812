/**
 * Routes mounted: pushes and health check here, everything else in `app-lazy.ts`. Code that no push needs is loaded by
 * `import()` with the first request for it, so that a cold start for a push evaluates none of it.
 */
import { Hono } from "hono/tiny";
import type { HttpEnv } from "./routes/http/app-env.ts";
import { answerUnhandled, prepare, type AppParts } from "./routes/http/prepare.ts";
import { receive, verify } from "./routes/wechat-push.ts";

/**
 * Creates the whole application. Pushes have a router with few routes: it tries each of them for every push.
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
  // A push has no middleware: a route with one handler is called directly, without a chain of promises around it.
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
