/**
 * Routes mounted: pushes and health check here, everything else in `app-lazy.ts`. Code that no push needs is loaded by
 * `import()` with the first request for it, so that a cold start for a push evaluates none of it.
 */
import { Hono } from "hono/tiny";
import type { TeamCode } from "./automation/handler-context.ts";
import type { HttpEnv } from "./routes/http/app-env.ts";
import { answerUnhandled, prepare } from "./routes/http/prepare.ts";
import { receive, verify } from "./routes/wechat-push.ts";

/**
 * Creates the whole application. Pushes have a router with few routes: it tries each of them for every push.
 *
 * @param team the team's code, for the routes that run it
 */
export function createApp(team: TeamCode): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  let lazyApp: Hono<HttpEnv> | undefined;

  app.get("/healthz", async (c) => {
    const { healthz } = await import("./routes/healthz.ts");
    return healthz(c);
  });
  // A push has no middleware: a route with one handler is called directly, without a chain of promises around it.
  app.get("/wechat/message", (c) => prepare(c, team) ?? verify(c, undefined));
  app.post("/wechat/message", (c) => prepare(c, team) ?? receive(c, undefined));
  app.get("/wechat/:appid/message", (c) => prepare(c, team) ?? verify(c, c.req.param("appid")));
  app.post("/wechat/:appid/message", (c) => prepare(c, team) ?? receive(c, c.req.param("appid")));
  app.notFound(async (c) => {
    if (lazyApp === undefined) {
      const { createLazyApp } = await import("./app-lazy.ts");
      lazyApp ??= createLazyApp(team);
    }
    return lazyApp.fetch(c.req.raw, c.env, c.executionCtx);
  });
  app.onError(answerUnhandled);
  return app;
}
