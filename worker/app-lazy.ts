/**
 * All routes except health check and pushes: the REST API. Loaded by `import()` with the first such request, so that a
 * cold start for a push does not evaluate it.
 */
import { Hono } from "hono/tiny";
import { createApi } from "./routes/api/index.ts";
import type { HttpEnv } from "./routes/http/app-env.ts";
import { answerUnhandled, prepare, type AppParts } from "./routes/http/prepare.ts";
import { problem } from "./routes/http/response/problem.ts";
import { SECURE_HEADERS } from "./routes/http/response/secure-response.ts";

/**
 * Creates the application for all routes except health check and pushes.
 *
 * @param parts the channels, and the team's code for the routes that run it
 */
export function createLazyApp(parts: AppParts): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();

  app.use(async (c, next) => {
    const refusal = prepare(c, parts);
    if (refusal === undefined) return next();
    return isApi(c.req.path) ? problem(c, "not_set_up", {}, { headers: SECURE_HEADERS }) : refusal;
  });
  app.route("/api", createApi());
  app.notFound((c) => c.text("not found", 404));
  app.onError(answerUnhandled);
  return app;
}

function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}
