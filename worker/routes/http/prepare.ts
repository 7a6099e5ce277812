/**
 * The first step of every request except `GET /healthz`. A worker whose configuration has a problem answers 503 with a
 * reference to /healthz.
 */
import type { Context } from "hono";
import type { TeamCode } from "../../automation/handler-context.ts";
import { configOf } from "../../config/config.ts";
import type { Channels } from "../../inbox/services.ts";
import { writeLog } from "../../platform/logger.ts";
import type { HttpEnv } from "./app-env.ts";

/** The parts of the application that the composition root passes in. */
export interface AppParts {
  readonly team: TeamCode;
  readonly channels: Channels;
}

/**
 * Gives the request an id, the configuration, the channels and the team's code.
 *
 * @returns undefined; when the configuration has a problem, the response 503
 */
export function prepare(c: Context<HttpEnv>, { team, channels }: AppParts): Response | undefined {
  const requestId = c.req.header("cf-ray") ?? crypto.randomUUID();
  c.set("requestId", requestId);
  const config = configOf(c.env);
  if (config.ok) {
    c.set("config", config.value);
    c.set("channels", channels);
    c.set("team", team);
    return undefined;
  }
  const problems = config.error.map(({ variable, problem, cure }) => `${variable} ${problem}: ${cure}`).join(" · ");
  writeLog("misconfigured", { requestId, problems });
  return c.text("edge-kefu is not set up yet: see /healthz", 503);
}

/** Returns the response to an exception that no route handled. Only the name is logged: the message may be private. */
export function answerUnhandled(error: Error, c: Context<HttpEnv>): Response {
  writeLog("unhandled_error", { requestId: c.get("requestId"), error: error.name });
  return c.text("internal error", 500);
}
