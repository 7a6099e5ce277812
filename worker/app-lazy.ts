/**
 * Everything that is neither health check nor push: the REST API. Loaded by `import()` with the first such request, so
 * that a cold start for a push evaluates none of it.
 */
import { Hono } from "hono/tiny";
import * as handlers from "./custom/handlers.ts";
import { createApi } from "./routes/api/index.ts";
import type { HttpEnv } from "./routes/http/app-env.ts";
import { answerUnhandled, prepare } from "./routes/http/prepare.ts";
import { problem } from "./routes/http/problem.ts";
import { SECURE_HEADERS } from "./routes/http/secure-response.ts";

/** The rest of the application. */
export const lazyApp = new Hono<HttpEnv>();

lazyApp.use(async (c, next) => {
  const refusal = prepare(c, handlers);
  if (refusal === undefined) return next();
  return isApi(c.req.path) ? problem(c, "not_set_up", {}, { headers: SECURE_HEADERS }) : refusal;
});
lazyApp.route("/api", createApi());
lazyApp.notFound((c) => c.text("not found", 404));
lazyApp.onError(answerUnhandled);

function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}
