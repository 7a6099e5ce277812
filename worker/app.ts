/**
 * Routes mounted. Nothing but /healthz runs before the configuration is complete: a worker that is half set up
 * answers 503 and says where to look.
 */
import { Hono } from "hono/tiny";
import type { AppEnv } from "./app-env.ts";
import { configOf } from "./config.ts";
import { log } from "./log.ts";
import { createApi } from "./routes/api/index.ts";
import { healthz } from "./routes/healthz.ts";
import { receive, verify } from "./routes/push.ts";

/** The whole application. */
export const app = new Hono<AppEnv>();

app.use(async function identifyRequest(c, next) {
  c.set("requestId", c.req.header("cf-ray") ?? crypto.randomUUID());
  await next();
});

app.get("/healthz", (c) => healthz(c));

app.use(async function requireConfig(c, next) {
  const config = configOf(c.env);
  if (!config.ok) {
    const problems = config.error.map(({ variable, problem, cure }) => `${variable} ${problem}: ${cure}`).join(" · ");
    log("misconfigured", { requestId: c.get("requestId"), problems });
    return c.text("edge-kefu is not set up yet: see /healthz", 503);
  }
  c.set("config", config.value);
  return next();
});

app.get("/wechat/message", (c) => verify(c, undefined));
app.post("/wechat/message", (c) => receive(c, undefined));
app.get("/wechat/:appid/message", (c) => verify(c, c.req.param("appid")));
app.post("/wechat/:appid/message", (c) => receive(c, c.req.param("appid")));
app.route("/api", createApi());

app.notFound((c) => c.text("not found", 404));
app.onError((error, c) => {
  log("unhandled_error", { requestId: c.get("requestId"), error: error.name });
  return c.text("internal error", 500);
});
