import { describe, it } from "vitest";
import { NO_USERS, type QueueView } from "../../../worker/alerts/core/alert.ts";
import {
  ATTEMPT_MS,
  MAX_ATTEMPTS,
  MIN_GAP_MS,
  NO_ALERTS,
  planAlerts,
  RETRY_DELAYS_MS,
  settleSend,
  withoutFailure,
  type AlertPlan,
  type AlertState,
} from "../../../worker/alerts/core/plan.ts";
import type { AlertFailure } from "../../../worker/alerts/core/reasons.ts";

const NOW = 1_790_000_000_000;
const MINUTE_MS = 60_000;
const TERMS = { waitMs: 5 * MINUTE_MS, repeatMs: 0 };
const ROBOTS = ["duty"];
const QUIET: QueueView = { unattended: NO_USERS, attended: NO_USERS };
const alone = (count: number, since: number): QueueView => ({ ...QUIET, unattended: { count, since } });
const attended = (count: number, since: number): QueueView => ({ ...QUIET, attended: { count, since } });
const BROKEN: AlertFailure = { reason: "unreachable" };
const WRONG: AlertFailure = { reason: "wrong_key", code: "93000" };

const plan = (state: AlertState, view: QueueView, now: number, terms = TERMS, robots = ROBOTS) =>
  planAlerts(state, view, terms, robots, now);
/** Sends every due alert, each with this outcome. */
function settle({ state, sends }: AlertPlan, now: number, failure: AlertFailure | null = null): AlertState {
  return sends.reduce((settled, send) => settleSend(settled, send, failure, now), state);
}
/** Decides and sends; returns the alerts sent and the new state. */
function run(state: AlertState, view: QueueView, now: number, failure: AlertFailure | null = null, terms = TERMS) {
  const made = plan(state, view, now, terms);
  return { said: made.sends.map(({ alert }) => alert.type), state: settle(made, now, failure), nextAt: made.nextAt };
}

describe("an alert", () => {
  it("is sent at once when a user waits and no agent is present, with counts and the longest wait", ({ expect }) => {
    const { sends } = plan(NO_ALERTS, alone(2, NOW - 90_000), NOW);
    expect(sends).toEqual([
      {
        robot: "duty",
        announcement: { number: 1, type: "waiting" },
        attempt: 1,
        alert: { type: "waiting", causes: [{ cause: "no_agent", count: 2, waitedMs: 90_000 }] },
      },
    ]);
  });

  it("is not sent while no user waits, and nothing is stored", ({ expect }) => {
    expect(plan({ ...NO_ALERTS, robots: {} }, QUIET, NOW, TERMS, [])).toEqual({
      state: NO_ALERTS,
      sends: [],
      nextAt: null,
    });
    expect(plan(NO_ALERTS, QUIET, NOW).sends).toEqual([]);
  });

  it("is sent when a user has waited for the limit although agents are present, and not before", ({ expect }) => {
    const view = attended(1, NOW);
    const early = plan(NO_ALERTS, view, NOW + TERMS.waitMs - 1);
    expect(early.sends).toEqual([]);
    expect(early.nextAt).toBe(NOW + TERMS.waitMs);
    const due = plan(early.state, view, NOW + TERMS.waitMs);
    expect(due.sends[0]?.alert).toEqual({
      type: "waiting",
      causes: [{ cause: "long_wait", count: 1, waitedMs: TERMS.waitMs }],
    });
  });

  it("is not repeated while its cause lasts, even if more users begin to wait", ({ expect }) => {
    let { state } = run(NO_ALERTS, alone(1, NOW), NOW);
    for (let hour = 1; hour < 24; hour += 1) {
      const again = run(state, alone(hour, NOW), NOW + hour * 60 * MINUTE_MS);
      expect(again.said).toEqual([]);
      expect(again.nextAt).toBeNull();
      ({ state } = again);
    }
  });

  it("is repeated after the interval that is set", ({ expect }) => {
    const terms = { ...TERMS, repeatMs: 30 * MINUTE_MS };
    const first = run(NO_ALERTS, alone(1, NOW), NOW, null, terms);
    const { nextAt } = plan(first.state, alone(1, NOW), NOW + 1, terms);
    expect(nextAt).toBe(NOW + terms.repeatMs);
    expect(run(first.state, alone(1, NOW), NOW + terms.repeatMs - 1, null, terms).said).toEqual([]);
    expect(run(first.state, alone(1, NOW), NOW + terms.repeatMs, null, terms).said).toEqual(["waiting"]);
  });

  it("is followed by one message when no cause is left, and by another alert when one begins later", ({ expect }) => {
    const first = run(NO_ALERTS, alone(1, NOW), NOW);
    const ended = run(first.state, QUIET, NOW + MINUTE_MS);
    expect(ended.said).toEqual(["ended"]);
    expect(run(ended.state, QUIET, NOW + 2 * MINUTE_MS).said).toEqual([]);
    expect(run(ended.state, alone(1, NOW), NOW + MIN_GAP_MS).said).toEqual(["waiting"]);
  });

  it("of one cause is sent at most every five minutes, and only if the cause still exists", ({ expect }) => {
    const first = run(NO_ALERTS, alone(1, NOW), NOW);
    const ended = run(first.state, QUIET, NOW + 1_000);
    const again = run(ended.state, alone(1, NOW + 2_000), NOW + 2_000);
    expect(again.said).toEqual([]);
    expect(again.nextAt).toBe(NOW + MIN_GAP_MS);
    expect(run(again.state, alone(1, NOW + 2_000), NOW + MIN_GAP_MS).said).toEqual(["waiting"]);
    expect(run(again.state, QUIET, NOW + MIN_GAP_MS).said).toEqual([]);
  });

  it("is not reported as ended while the same user waits for another reason", ({ expect }) => {
    const first = run(NO_ALERTS, alone(1, NOW), NOW);
    const here = run(first.state, attended(1, NOW), NOW + 6 * MINUTE_MS);
    expect(here.said).toEqual(["waiting"]);
    expect(here.state.open).toEqual(["long_wait"]);
    const gone = run(here.state, alone(1, NOW), NOW + 7 * MINUTE_MS);
    expect(gone.said).toEqual(["waiting"]);
    expect(run(gone.state, attended(1, NOW), NOW + 8 * MINUTE_MS).said).toEqual([]);
  });

  it("names every cause that lasts when another begins", ({ expect }) => {
    const first = run(NO_ALERTS, alone(1, NOW), NOW);
    const both = { unattended: { count: 1, since: NOW }, attended: { count: 3, since: NOW } };
    const { sends } = plan(first.state, both, NOW + 5 * MINUTE_MS);
    expect(sends[0]?.alert).toMatchObject({ causes: [{ cause: "no_agent" }, { cause: "long_wait", count: 3 }] });
  });

  it("is due at once when the clock was set back, not after the time it was set back by", ({ expect }) => {
    const ended = run(run(NO_ALERTS, alone(1, NOW), NOW).state, QUIET, NOW);
    expect(run(ended.state, alone(1, NOW), NOW - 3_600_000).said).toEqual(["waiting"]);
  });
});

describe("a robot", () => {
  it("is called once for an announcement while the attempt may still be running", ({ expect }) => {
    const first = plan(NO_ALERTS, alone(1, NOW), NOW);
    const again = plan(first.state, alone(1, NOW), NOW + 1);
    expect(again.sends).toEqual([]);
    expect(again.nextAt).toBe(NOW + ATTEMPT_MS);
    expect(again.state).toBe(first.state);
  });

  it("is called again when the desk was restarted before the outcome was stored", ({ expect }) => {
    const first = plan(NO_ALERTS, alone(1, NOW), NOW);
    const later = plan(first.state, alone(1, NOW), NOW + ATTEMPT_MS);
    expect(later.sends).toMatchObject([{ attempt: 2 }]);
    const [lost] = first.sends;
    expect(lost && settleSend(later.state, lost, null, NOW + ATTEMPT_MS + 1)).toBe(later.state);
  });

  it("is tried again after growing delays, at most four times, and its failure is kept", ({ expect }) => {
    let { state } = run(NO_ALERTS, alone(1, NOW), NOW, BROKEN);
    let now = NOW;
    for (const delayMs of RETRY_DELAYS_MS) {
      expect(plan(state, alone(1, NOW), now + 1).nextAt).toBe(now + delayMs);
      now += delayMs;
      const again = run(state, alone(1, NOW), now, BROKEN);
      expect(again.said).toEqual(["waiting"]);
      ({ state } = again);
    }
    expect(run(state, alone(1, NOW), now + 3_600_000).said).toEqual([]);
    expect(state.robots["duty"]).toMatchObject({
      attempts: MAX_ATTEMPTS,
      failure: { reason: "unreachable", since: NOW, at: now },
    });
  });

  it("is not called after the last attempt was lost", ({ expect }) => {
    let { state } = plan(NO_ALERTS, alone(1, NOW), NOW);
    let now = NOW;
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      now += ATTEMPT_MS;
      ({ state } = plan(state, alone(1, NOW), now));
    }
    const last = plan(state, alone(1, NOW), now + ATTEMPT_MS);
    expect(last.sends).toEqual([]);
    expect(last.nextAt).toBeNull();
  });

  it("waits as long as the vendor asks, an hour at most", ({ expect }) => {
    const asked = (retryAfterMs: number) => {
      const { state } = run(NO_ALERTS, alone(1, NOW), NOW, { reason: "too_many", retryAfterMs });
      return plan(state, alone(1, NOW), NOW).nextAt;
    };
    expect(asked(90_000)).toBe(NOW + 90_000);
    expect(asked(1_000)).toBe(NOW + RETRY_DELAYS_MS[0]);
    expect(asked(86_400_000)).toBe(NOW + 3_600_000);
  });

  it("is not tried again until the next announcement when its configuration is wrong", ({ expect }) => {
    const { state } = run(NO_ALERTS, alone(1, NOW), NOW, WRONG);
    expect(plan(state, alone(1, NOW), NOW + MIN_GAP_MS)).toMatchObject({ sends: [], nextAt: null });
    const ended = run(state, QUIET, NOW + MIN_GAP_MS);
    expect(ended.said).toEqual([]);
    const next = run(ended.state, alone(1, NOW), NOW + 2 * MIN_GAP_MS);
    expect(next.said).toEqual(["waiting"]);
    expect(next.state.robots["duty"]).toMatchObject({ heard: 3, isAlarmed: true, failure: null });
  });

  it("has no recorded failure any more after it accepted a test message", ({ expect }) => {
    const { state } = run(NO_ALERTS, alone(1, NOW), NOW, WRONG);
    const cleared = withoutFailure(state, "duty");
    expect(cleared.robots["duty"]).toEqual({ ...state.robots["duty"], failure: null });
    expect(withoutFailure(cleared, "duty")).toBe(cleared);
    expect(withoutFailure(cleared, "unknown")).toBe(cleared);
  });

  it("that could not be called gets no message about an ended cause", ({ expect }) => {
    const { state } = run(NO_ALERTS, alone(1, NOW), NOW, BROKEN);
    expect(run(state, QUIET, NOW + MINUTE_MS).said).toEqual([]);
  });

  it("gets the current state when it is tried again", ({ expect }) => {
    const { state } = run(NO_ALERTS, alone(1, NOW), NOW, BROKEN);
    const { sends } = plan(state, alone(7, NOW), NOW + RETRY_DELAYS_MS[0]);
    expect(sends[0]?.alert).toMatchObject({ causes: [{ count: 7, waitedMs: RETRY_DELAYS_MS[0] }] });
  });

  it("gets the end after the alert when the queue empties during the call", ({ expect }) => {
    const first = plan(NO_ALERTS, alone(1, NOW), NOW);
    const during = plan(first.state, QUIET, NOW + 1_000);
    expect(during.sends).toEqual([]);
    const settled = first.sends.reduce((state, send) => settleSend(state, send, null, NOW + 2_000), during.state);
    expect(run(settled, QUIET, NOW + 2_000).said).toEqual(["ended"]);
  });

  it("is independent of the others; a new one gets the current causes, and the state of a removed one is deleted", ({
    expect,
  }) => {
    const first = planAlerts(NO_ALERTS, alone(1, NOW), TERMS, ["a", "b"], NOW);
    const settled = first.sends.reduce(
      (state, send) => settleSend(state, send, send.robot === "a" ? null : BROKEN, NOW),
      first.state,
    );
    const retry = planAlerts(settled, alone(1, NOW), TERMS, ["b", "c"], NOW + RETRY_DELAYS_MS[0]);
    expect(retry.sends.map(({ robot }) => robot)).toEqual(["b", "c"]);
    expect(Object.keys(retry.state.robots)).toEqual(["b", "c"]);
    const { sends } = first;
    expect(sends[0] && settleSend(retry.state, sends[0], null, NOW)).toBe(retry.state);
  });
});
