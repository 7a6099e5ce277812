/**
 * Alerts of one instance of the desk: decides after each change and at the alarm, stores before it sends, and sends
 * outside the decision (docs/design/0027-alerts.md). Never throws: alerts must not stop the desk.
 */
import type { QueueView } from "../../alerts/core/alert.ts";
import {
  NO_ALERTS,
  planAlerts,
  settleSend,
  withoutFailure,
  type AlertSend,
  type AlertState,
  type AlertTerms,
  type RobotFailure,
} from "../../alerts/core/plan.ts";
import type { Robot } from "../../alerts/core/robot.ts";
import { sendAlert, type AlertDeps } from "../../alerts/send-alert.ts";
import { errorName, writeLog } from "../../platform/logger.ts";

/** The injected dependencies. */
export interface AlerterHost {
  readonly robots: readonly Robot[];
  readonly terms: AlertTerms;
  readonly deps: AlertDeps;
  /** Reads the stored state; undefined: there is none. */
  readonly load: () => AlertState | undefined;
  /** Stores the state; undefined deletes it. */
  readonly save: (state: AlertState | undefined) => void;
  /** Reads the queue; visits every open session. */
  readonly view: () => QueueView;
  /** Returns the number of open sessions. */
  readonly size: () => number;
  /** Sets when the alarm must run `ring` at the latest, epoch ms; Infinity: not before something changes. */
  readonly setAlarm: (at: number) => void;
  /** Keeps the object alive. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** Alerts of one instance of the desk. */
export interface Alerter {
  /** Sends the alerts that are due after a change of the desk; with many open sessions it looks at most once a second. */
  readonly check: () => void;
  /** Sends the alerts that are due when the alarm runs. */
  readonly ring: () => void;
  /** Returns the last failure of each robot that has not accepted a message since. */
  readonly failures: () => Readonly<Record<string, RobotFailure>>;
  /** Removes the failure of a robot that has accepted a test message. */
  readonly clearFailure: (robot: string) => void;
}

/** With more open sessions, not every change reads the queue, because reading 1,000 sessions takes 0.09 ms of CPU. */
const MANY_SESSIONS = 500;
/** The minimum time between two decisions with more than `MANY_SESSIONS`, milliseconds. */
const MIN_INTERVAL_MS = 1_000;
/** A change within `MIN_INTERVAL_MS` is examined by the alarm at most this long after that interval, milliseconds. */
const LATEST_MS = 5_000;

/** Creates the alerts of one instance of the desk. */
export function createAlerter(host: AlerterHost): Alerter {
  const { robots, terms, deps } = host;
  const names = robots.map(({ name }) => name);
  let state = host.load();
  let nextAt = Infinity;
  /** Until this time a change alone causes no decision, epoch ms. */
  let restUntil = 0;

  const keep = (next: AlertState | undefined): void => {
    if (next === state) return;
    host.save(next);
    state = next;
  };

  function decide(): void {
    const now = deps.now();
    const plan = planAlerts(state ?? NO_ALERTS, host.view(), terms, names, now);
    if (plan.state !== NO_ALERTS) keep(plan.state);
    nextAt = plan.nextAt ?? Infinity;
    restUntil = host.size() > MANY_SESSIONS ? now + MIN_INTERVAL_MS : 0;
    host.setAlarm(nextAt);
    for (const send of plan.sends) host.waitUntil(guard(() => deliver(send)));
  }

  async function deliver(send: AlertSend): Promise<void> {
    const robot = robots.find(({ name }) => name === send.robot);
    if (robot === undefined) return;
    const outcome = await sendAlert(deps, robot, send.alert);
    const failure = outcome.ok ? null : outcome.error;
    keep(settleSend(state ?? NO_ALERTS, send, failure, deps.now()));
    decide();
  }

  function check(isDue: boolean): void {
    if (robots.length === 0) return keep(undefined);
    const now = deps.now();
    if (!isDue && now < restUntil && now < nextAt) return host.setAlarm(Math.min(nextAt, restUntil + LATEST_MS));
    return decide();
  }

  const run = (isDue: boolean): void => {
    try {
      check(isDue);
    } catch (error) {
      report(error);
    }
  };

  return {
    check: () => run(false),
    ring: () => run(true),
    failures() {
      const entries = Object.entries(state?.robots ?? {});
      return Object.fromEntries(entries.flatMap(([name, { failure }]) => (failure === null ? [] : [[name, failure]])));
    },
    clearFailure(robot) {
      if (state !== undefined) keep(withoutFailure(state, robot));
    },
  };
}

async function guard(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    report(error);
  }
}

function report(error: unknown): void {
  writeLog("alerts_failed", { error: errorName(error) });
}
