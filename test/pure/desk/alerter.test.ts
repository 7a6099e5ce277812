/** When the desk decides about alerts, and the one alarm that alerts and the rest of the desk share. */
import { describe, it, vi } from "vitest";
import { NO_USERS, type QueueView } from "../../../worker/alerts/core/alert.ts";
import type { AlertState } from "../../../worker/alerts/core/plan.ts";
import { createAlerter, type AlerterHost } from "../../../worker/desk/alerts/alerter.ts";
import { shareAlarm } from "../../../worker/desk/alerts/shared-alarm.ts";

const NOW = 1_790_000_000_000;
const ROBOT = { name: "duty", vendor: "slack", url: "https://hooks.slack.com/services/a/b/c", language: "zh" } as const;

/** A desk with this many open sessions, whose users wait and for whom an agent is present. */
function startDesk(count: number, more: Partial<AlerterHost> = {}) {
  const desk = { now: NOW, count, views: 0, alarm: Infinity, state: undefined as AlertState | undefined };
  const work: Promise<unknown>[] = [];
  const bodies: string[] = [];
  const alerter = createAlerter({
    robots: [ROBOT],
    terms: { waitMs: 300_000, repeatMs: 0 },
    deps: {
      fetch: async (_url, { body }) => {
        bodies.push(body);
        return new Response("ok");
      },
      now: () => desk.now,
      allowPrivate: false,
      deskUrl: undefined,
    },
    load: () => undefined,
    save: (state) => void (desk.state = state),
    view(): QueueView {
      desk.views += 1;
      return { unattended: NO_USERS, attended: { count: desk.count, since: NOW } };
    },
    size: () => desk.count,
    setAlarm: (at) => void (desk.alarm = at),
    waitUntil: (promise) => void work.push(promise),
    ...more,
  });
  return { desk, alerter, bodies, done: () => Promise.all(work) };
}

describe("the decision about alerts", () => {
  it("follows each change while few sessions are open", ({ expect }) => {
    const { desk, alerter } = startDesk(3);
    for (let change = 0; change < 10; change += 1) alerter.check();
    expect(desk.views).toBe(10);
    expect(desk.alarm).toBe(NOW + 300_000);
  });

  it("is made at most once a second while many are open, and by the alarm when nothing changes after it", ({
    expect,
  }) => {
    const { desk, alerter } = startDesk(501);
    for (let change = 0; change < 10; change += 1) alerter.check();
    expect(desk.views).toBe(1);
    expect(desk.alarm).toBe(NOW + 6_000);
    desk.now += 1_000;
    alerter.check();
    expect(desk.views).toBe(2);
    alerter.ring();
    expect(desk.views).toBe(3);
  });

  it("is made in time while many are open", async ({ expect }) => {
    const { desk, alerter, bodies, done } = startDesk(501);
    alerter.check();
    desk.now = NOW + 299_900;
    alerter.check();
    desk.now = NOW + 300_000;
    alerter.check();
    await done();
    expect(bodies).toHaveLength(1);
    expect(desk.state).toMatchObject({ open: ["long_wait"], robots: { duty: { heard: 1, busyUntil: 0 } } });
  });

  it("never stops the desk: an error is logged by name", async ({ expect }) => {
    const lines: string[] = [];
    vi.spyOn(console, "log").mockImplementation((line: unknown) => void lines.push(String(line)));
    const broken = startDesk(1, {
      view: () => {
        throw new RangeError("secret");
      },
    });
    broken.alerter.check();
    let saves = 0;
    const save = () => {
      saves += 1;
      if (saves === 2) throw new TypeError("secret");
    };
    const late = startDesk(1, { save });
    late.desk.now += 300_000;
    late.alerter.ring();
    await late.done();
    vi.restoreAllMocks();
    const failed = lines.filter((line) => line.includes("alerts_failed"));
    expect(failed.map((line) => JSON.parse(line).error)).toEqual(["RangeError", "TypeError"]);
    expect(lines.join()).not.toContain("secret");
  });
});

describe("an alarm for two purposes", () => {
  it("is set for the earliest time, and only when that changes", ({ expect }) => {
    const set: number[] = [];
    const alarm = shareAlarm((at) => void set.push(at));
    alarm.set("alerts", Infinity);
    alarm.set("desk", 30);
    alarm.set("alerts", 50);
    alarm.set("alerts", 20);
    alarm.set("desk", 40);
    alarm.set("alerts", 60);
    expect(set).toEqual([30, 20, 40]);
    alarm.rang();
    alarm.set("alerts", 60);
    alarm.set("desk", 70);
    expect(set).toEqual([30, 20, 40, 60]);
  });
});
