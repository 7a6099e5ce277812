/** The decision about alerts, for random sequences of queue lengths, send outcomes, restarts of the desk and times. */
import fc from "fast-check";
import { describe, it } from "vitest";
import type { QueueView } from "../../../worker/alerts/core/alert.ts";
import {
  MAX_ATTEMPTS,
  MIN_GAP_MS,
  NO_ALERTS,
  planAlerts,
  settleSend,
  type AlertSend,
  type AlertState,
  type AlertTerms,
} from "../../../worker/alerts/core/plan.ts";
import type { AlertFailure } from "../../../worker/alerts/core/reasons.ts";

const START = 1_790_000_000_000;
const WAIT_MS = 300_000;
const ROBOTS = ["a", "b"];
const OUTCOMES = ["accepted", "accepted", "unreachable", "wrong_key", "lost"] as const;

/** One step: time passes, the queue has this length, and each send of the decision has an outcome. */
const STEP = fc.record({
  passMs: fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 1_200_000 })),
  unattended: fc.integer({ min: 0, max: 2 }),
  attended: fc.integer({ min: 0, max: 2 }),
  waitedMs: fc.integer({ min: 0, max: 2 * WAIT_MS }),
  outcomes: fc.array(fc.constantFrom(...OUTCOMES), { minLength: 2, maxLength: 2 }),
  /** Whether the alarm runs when it is due within that time. */
  ringsFirst: fc.boolean(),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

interface Made {
  readonly at: number;
  readonly send: AlertSend;
}

const viewOf = ({ unattended, attended, waitedMs }: Step, now: number): QueueView => {
  const group = (count: number) => ({ count, since: count === 0 ? null : now - waitedMs });
  return { unattended: group(unattended), attended: group(attended) };
};
const failureOf = (outcome: (typeof OUTCOMES)[number]): AlertFailure | null =>
  outcome === "accepted" || outcome === "lost" ? null : { reason: outcome };

/** Runs the steps and calls `check` after each decision. */
function play(
  steps: readonly Step[],
  terms: AlertTerms,
  check: (before: AlertState, made: ReturnType<typeof planAlerts>, view: QueueView, now: number) => void,
): readonly Made[] {
  let state = NO_ALERTS;
  let now = START;
  let nextAt: number | null = null;
  const made: Made[] = [];
  const decide = (step: Step, view: QueueView) => {
    const decision = planAlerts(state, view, terms, ROBOTS, now);
    check(state, decision, view, now);
    made.push(...decision.sends.map((send) => ({ at: now, send })));
    ({ state, nextAt } = decision);
    decision.sends.forEach((send, index) => {
      const outcome = step.outcomes[index] ?? "accepted";
      if (outcome !== "lost") state = settleSend(state, send, failureOf(outcome), now);
    });
  };
  for (const step of steps) {
    const until = now + step.passMs;
    const last = viewOf(step, until);
    if (step.ringsFirst && nextAt !== null && nextAt < until) {
      now = nextAt;
      decide(step, last);
    }
    now = until;
    decide(step, last);
  }
  return made;
}

const TERMS = fc.record({ waitMs: fc.constant(WAIT_MS), repeatMs: fc.constantFrom(0, 600_000) });
const STORY = [fc.array(STEP, { minLength: 1, maxLength: 40 }), TERMS] as const;

describe("alerts in any order of events", () => {
  it("announce a cause at most every five minutes, and end only what began", ({ expect }) => {
    fc.assert(
      fc.property(...STORY, (steps, terms) => {
        const announced: Record<string, number> = {};
        let last: "waiting" | "ended" = "ended";
        play(steps, terms, (before, { state }, _view, now) => {
          for (const [cause, at] of Object.entries(state.announcedAt)) {
            if (before.announcedAt[cause as "no_agent"] === at) continue;
            expect(now - (announced[cause] ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(MIN_GAP_MS);
            announced[cause] = now;
          }
          if (state.announcement.number === before.announcement.number) return;
          expect(state.announcement.number).toBe(before.announcement.number + 1);
          if (state.announcement.type === "ended") expect(last).toBe("waiting");
          last = state.announcement.type;
        });
      }),
      { numRuns: 400 },
    );
  });

  it("send one announcement at most four times, and at most one message at a time to a robot", ({ expect }) => {
    fc.assert(
      fc.property(...STORY, (steps, terms) => {
        const counts = new Map<string, number>();
        const made = play(steps, terms, (before, { state, sends }) => {
          for (const { robot } of sends)
            expect(before.robots[robot]?.busyUntil ?? 0).toBeLessThan(state.robots[robot]?.busyUntil ?? 0);
          expect(new Set(sends.map(({ robot }) => robot)).size).toBe(sends.length);
        });
        for (const { send } of made) {
          const key = `${send.robot} ${send.announcement.number}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
          expect(counts.get(key)).toBe(send.attempt);
        }
        for (const count of counts.values()) expect(count).toBeLessThanOrEqual(MAX_ATTEMPTS);
      }),
      { numRuns: 400 },
    );
  });

  it("decide nothing new when nothing changed, and name a later time", ({ expect }) => {
    fc.assert(
      fc.property(...STORY, (steps, terms) => {
        play(steps, terms, (_before, made, view, now) => {
          const again = planAlerts(made.state, view, terms, ROBOTS, now);
          expect(again.sends).toEqual([]);
          expect(again.state).toBe(made.state);
          expect(again.nextAt).toBe(made.nextAt);
          expect(made.nextAt ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
        });
      }),
      { numRuns: 400 },
    );
  });

  it("reach a robot that works within the gap whenever a user waits without an agent", ({ expect }) => {
    fc.assert(
      fc.property(fc.array(STEP, { maxLength: 30 }), (steps) => {
        let state = NO_ALERTS;
        let now = START;
        const terms = { waitMs: WAIT_MS, repeatMs: 0 };
        const decide = (view: QueueView) => {
          const made = planAlerts(state, view, terms, ["a"], now);
          state = made.sends.reduce((next, send) => settleSend(next, send, null, now), made.state);
          return made;
        };
        for (const step of steps) {
          now += step.passMs;
          decide(viewOf(step, now));
        }
        const view = { unattended: { count: 1, since: now }, attended: { count: 0, since: null } };
        const until = now + MIN_GAP_MS;
        for (let rounds = 0; !state.open.includes("no_agent"); rounds += 1) {
          const { nextAt } = decide(view);
          if (state.open.includes("no_agent")) break;
          expect(rounds).toBeLessThan(5);
          expect(nextAt).not.toBeNull();
          now = nextAt ?? now;
        }
        expect(now).toBeLessThanOrEqual(until);
        expect(state.robots["a"]).toMatchObject({ isAlarmed: true, heard: state.announcement.number });
      }),
      { numRuns: 400 },
    );
  });

  it("survive being stored as JSON", ({ expect }) => {
    fc.assert(
      fc.property(...STORY, (steps, terms) => {
        play(steps, terms, (_before, { state }) => expect(JSON.parse(JSON.stringify(state))).toEqual(state));
      }),
      { numRuns: 50 },
    );
  });
});
