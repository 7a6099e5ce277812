/**
 * What every request meets first. A worker that is half set up answers 503 and says where to look.
 */
import type { Context } from "hono";
import type { TeamCode } from "../../automation/handler-context.ts";
import { configOf } from "../../config/config.ts";
import { writeLog } from "../../platform/logger.ts";
import type { HttpEnv } from "./app-env.ts";

/** Names the request and gives it the configuration and the team's code; the answer instead when the first is incomplete. */
export function prepare(c: Context<HttpEnv>, team: TeamCode): Response | undefined {
  const requestId = c.req.header("cf-ray") ?? crypto.randomUUID();
  c.set("requestId", requestId);
  const config = configOf(c.env);
  if (config.ok) {
    c.set("config", config.value);
    c.set("team", team);
    return undefined;
  }
  const problems = config.error.map(({ variable, problem, cure }) => `${variable} ${problem}: ${cure}`).join(" · ");
  writeLog("misconfigured", { requestId, problems });
  return c.text("edge-kefu is not set up yet: see /healthz", 503);
}

/** Answers an exception no route expected; its message may hold anything, so it is logged by name. */
export function answerUnhandled(error: Error, c: Context<HttpEnv>): Response {
  writeLog("unhandled_error", { requestId: c.get("requestId"), error: error.name });
  return c.text("internal error", 500);
}
