/**
 * Routes mounted. Nothing but /healthz runs before the configuration is complete: a worker that is half set up
 * answers 503 and says where to look, the API by a problem document.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type { AppEnv } from "./app-env.ts";
import { configOf } from "./config.ts";
import { log } from "./log.ts";
import { SECURE_HEADERS } from "./middleware/secure-answer.ts";
import { createApi } from "./routes/api/index.ts";
import { problem } from "./routes/api/problem.ts";
import { healthz } from "./routes/healthz.ts";
import { receive, verify } from "./routes/push.ts";

/** The whole application. A push is looked for among few routes: each of them is tried for every push. */
export const app = new Hono<AppEnv>();
/** Everything that is neither health check nor push. */
const others = new Hono<AppEnv>();

app.get("/healthz", (c) => healthz(c));
// A push has no middleware: a route of one handler is called at once, without a chain of promises around it.
app.get("/wechat/message", (c) => prepare(c) ?? verify(c, undefined));
app.post("/wechat/message", (c) => prepare(c) ?? receive(c, undefined));
app.get("/wechat/:appid/message", (c) => prepare(c) ?? verify(c, c.req.param("appid")));
app.post("/wechat/:appid/message", (c) => prepare(c) ?? receive(c, c.req.param("appid")));
app.notFound((c) => others.fetch(c.req.raw, c.env, c.executionCtx));
app.onError(answerUnhandled);

others.use(async (c, next) => {
  const refusal = prepare(c);
  if (refusal === undefined) return next();
  return isApi(c.req.path) ? problem(c, "not_set_up", {}, { headers: SECURE_HEADERS }) : refusal;
});
others.route("/api", createApi());
others.notFound((c) => c.text("not found", 404));
others.onError(answerUnhandled);

function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}

function answerUnhandled(error: Error, c: Context<AppEnv>): Response {
  log("unhandled_error", { requestId: c.get("requestId"), error: error.name });
  return c.text("internal error", 500);
}

/** Names the request and gives it the configuration; the answer instead when that is incomplete. */
function prepare(c: Context<AppEnv>): Response | undefined {
  const requestId = c.req.header("cf-ray") ?? crypto.randomUUID();
  c.set("requestId", requestId);
  const config = configOf(c.env);
  if (config.ok) {
    c.set("config", config.value);
    return undefined;
  }
  const problems = config.error.map(({ variable, problem, cure }) => `${variable} ${problem}: ${cure}`).join(" · ");
  log("misconfigured", { requestId, problems });
  return c.text("edge-kefu is not set up yet: see /healthz", 503);
}
