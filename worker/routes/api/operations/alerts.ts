/**
 * The robots that alerts are sent to: `GET /alerts`, and `POST /alerts/test` for a test message. URL and secret of a
 * robot are never returned.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { AlertsSchema, AlertTestedSchema } from "../../../../shared/api/alerts.ts";
import { AlertTestBodySchema } from "../../../../shared/api/alerts.ts";
import { both, isoTime } from "../../../../shared/api/schemas.ts";
import { ownValue } from "../../../../shared/base/own-value.ts";
import type { RobotFailure } from "../../../alerts/core/plan.ts";
import { ALERT_REASONS, type AlertFailure } from "../../../alerts/core/reasons.ts";
import { sendAlert } from "../../../alerts/send-alert.ts";
import { deskStub } from "../../../desk/client.ts";
import type { DeskRpc } from "../../../desk/rpc.ts";
import { openAlerts } from "../../../inbox/open-alerts.ts";
import { errorName, writeLog } from "../../../platform/logger.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { readBody } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";

const MINUTE_MS = 60_000;

/** Routes about alerts. */
export const alerts = new Hono<HttpEnv>();

alerts.get("/alerts", operation("getAlerts", "alerts.test"), async (c) => {
  const config = c.get("config");
  const { robots, terms } = openAlerts(config);
  const failures = robots.ok && robots.value.length > 0 ? await deskOf(c).robotFailures() : {};
  const answer = {
    robots: robots.ok
      ? robots.value.map(({ name, vendor, language, secret }) => {
          const failure = ownValue(failures, name);
          const signed = secret !== undefined;
          return {
            name,
            vendor,
            language,
            signed,
            ...(failure !== undefined && { failure: toFailureJson(failure) }),
          };
        })
      : [],
    problems: robots.ok ? [] : [...robots.error],
    waitMinutes: terms.waitMs / MINUTE_MS,
    repeatMinutes: terms.repeatMs / MINUTE_MS,
    deskUrl: config.alerts.deskUrl,
  };
  return c.json(answer satisfies v.InferOutput<typeof AlertsSchema>);
});

alerts.post("/alerts/test", operation("testAlert", "alerts.test"), async (c) => {
  const body = await readBody(c, AlertTestBodySchema);
  if (!body.ok) return body.error;
  const { robots, deps } = openAlerts(c.get("config"));
  if (!robots.ok) return problem(c, "robots_invalid", { problems: [...robots.error] });
  const robot = robots.value.find(({ name }) => name === body.value.robot);
  if (robot === undefined) return problem(c, "robot_not_found", {});
  const sent = await sendAlert(deps, robot, { type: "test", robot: robot.name });
  if (sent.ok) {
    await clearFailure(c, robot.name);
    const answer = { robot: robot.name, vendor: robot.vendor, accepted: true } as const;
    return c.json(answer satisfies v.InferOutput<typeof AlertTestedSchema>);
  }
  return problem(c, "robot_failed", describeFailure(sent.error));
});

function deskOf(c: Context<HttpEnv>): DeskRpc {
  return deskStub(c.env.DESK, c.get("config").locationHint);
}

/**
 * Removes the robot's recorded failure after the robot accepted a test message. An error of the desk is only logged;
 * the record then remains.
 */
async function clearFailure(c: Context<HttpEnv>, robot: string): Promise<void> {
  try {
    await deskOf(c).clearRobotFailure(robot);
  } catch (error) {
    writeLog("desk_unreachable", { requestId: c.get("requestId"), error: errorName(error) });
  }
}

function describeFailure({ reason, code }: AlertFailure) {
  const { meaning, cure } = ALERT_REASONS[reason];
  return {
    reason,
    ...(code !== undefined && { vendorCode: code }),
    meaning: both(meaning.zh, meaning.en),
    cure: both(cure.zh, cure.en),
  };
}

function toFailureJson({ since, at, ...failure }: RobotFailure) {
  return { ...describeFailure(failure), since: isoTime(since), lastAt: isoTime(at) };
}
