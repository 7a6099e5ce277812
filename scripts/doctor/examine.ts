/** Runs all checks. A check whose fault hides the faults of other checks comes before those. */
import type { PushMode } from "../../emulator/push-model.ts";
import { checkAddress, checkClock } from "./check-address.ts";
import { checkAlerts } from "./check-alerts.ts";
import { checkForwarding } from "./check-forwarding.ts";
import { judgeHealth } from "./check-health.ts";
import { checkPause } from "./check-pause.ts";
import { checkPeople } from "./check-people.ts";
import { checkPushes } from "./check-push.ts";
import { checkStale } from "./check-stale.ts";
import { checkWebhooks } from "./check-webhooks.ts";
import { checkWeChat } from "./check-wechat.ts";
import type { Finding } from "./finding.ts";
import { callTarget, type Ports, type Target } from "./target.ts";
import { reportUnconfirmed, type OpenPoint } from "./unconfirmed.ts";

/** The output of `--json`. */
export interface Report {
  readonly url: string;
  /** True when no check failed. */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  readonly unconfirmed: readonly OpenPoint[];
}

/** Checks a worker. If it does not run or is misconfigured, only the first checks are made. */
export async function examine(ports: Ports, target: Target): Promise<Report> {
  const reply = await callTarget(ports, new Request(`${target.url}/healthz`));
  const health = judgeHealth(reply, target);
  const pause = await checkPause(ports, target, health.body);
  const first = [...pause, checkAddress(target.url), ...health.findings];
  if (!health.isReady) return report(target, first, []);
  const clock = checkClock(reply, target.url);
  const mode = modeOf(health.modes, target.mode);
  const served = { mode, isAlone: health.modes.length === 1, isInTime: clock.state === "ok" };
  const stale = await checkStale(ports, target, health.body, mode);
  const pushes = await checkPushes(ports, target, served);
  const wechat = await checkWeChat(ports, target);
  const webhooks = await checkWebhooks(ports, target);
  const forwarding = await checkForwarding(ports, target);
  const alerts = await checkAlerts(ports, target);
  const people = await checkPeople(ports, target);
  const asked = [...wechat.findings, ...webhooks, ...forwarding, ...alerts, ...people];
  const findings = [...first, clock, ...stale, ...pushes, ...asked];
  return report(target, findings, reportUnconfirmed(target.url, wechat.facts));
}

/**
 * Returns the push mode of the app. `/healthz` contains no appid: if the apps have different modes, the mode of
 * `--mode` is used, without it that of the first app.
 */
function modeOf(modes: readonly PushMode[], wanted: PushMode | undefined): PushMode {
  const [first = "secure"] = modes;
  return new Set(modes).size === 1 ? first : (wanted ?? first);
}

function report(target: Target, findings: readonly Finding[], unconfirmed: readonly OpenPoint[]): Report {
  return { url: target.url, ok: findings.every(({ state }) => state !== "failed"), findings, unconfirmed };
}
