/**
 * Connects alerts with the configuration: the robots, the delays of alerts, and the dependencies for sending to a
 * robot.
 */
import type { Result } from "../../shared/base/result.ts";
import type { AlertTerms } from "../alerts/core/plan.ts";
import type { Robot } from "../alerts/core/robot.ts";
import { readRobots, type RobotProblem } from "../alerts/read-robots.ts";
import type { AlertDeps } from "../alerts/send-alert.ts";
import type { Config } from "../config/config.ts";

/** The configuration of alerts. */
export interface OpenedAlerts {
  /** The robots; the problems of ALERT_ROBOTS when it cannot be used. */
  readonly robots: Result<readonly Robot[], readonly RobotProblem[]>;
  readonly terms: AlertTerms;
  readonly deps: AlertDeps;
}

/** Returns the configuration of alerts. */
export function openAlerts({ alerts, allowPrivateWebhooks }: Config): OpenedAlerts {
  const { robots, waitMs, repeatMs, deskUrl } = alerts;
  return {
    robots: readRobots(robots, allowPrivateWebhooks),
    terms: { waitMs, repeatMs },
    deps: {
      // The global fetch at the time of the call, so that tests can replace it.
      fetch: (url, init) => fetch(url, init),
      now: () => Date.now(),
      allowPrivate: allowPrivateWebhooks,
      deskUrl: deskUrl ?? undefined,
    },
  };
}
