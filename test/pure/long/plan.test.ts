/** The plan of a long run: it depends only on the seed, and it stays within the limits of the checks. */
import { describe, it } from "vitest";
import { drawPlan, type Act } from "../../long/plan.ts";

const PLAN = drawPlan(7, 1_000);
const LIVES = PLAN.flatMap(({ lives }) => lives);
const ACTS = LIVES.flatMap(({ acts }) => acts);

function byUser(acts: readonly Act[]): readonly (readonly Act[])[] {
  return [...Map.groupBy(acts, ({ openid }) => openid).values()];
}

describe("the plan of a long run", () => {
  it("is the same for the same seed, and different for another seed", ({ expect }) => {
    expect(drawPlan(7, 1_000)).toEqual(PLAN);
    expect(drawPlan(8, 1_000)).not.toEqual(PLAN);
  });

  it("ends exactly the requested number of lives", ({ expect }) => {
    for (const kills of [1, 2, 5, 99, 1_000]) {
      expect(drawPlan(7, kills).reduce((sum, { lives }) => sum + lives.length, 0)).toBe(kills);
    }
  });

  it("promises no duplicate in every fourth phase", ({ expect }) => {
    expect(PLAN.slice(0, 8).map(({ unconfirmedRetry }) => unconfirmedRetry)).toEqual([1, 1, 1, 0, 1, 1, 1, 0]);
    expect(drawPlan(7, 20).map(({ unconfirmedRetry }) => unconfirmedRetry)).toEqual([1, 1, 1, 0]);
  });

  it("contains every fault, the per-minute quota once in a hundred lives, the daily quota once", ({ expect }) => {
    const dealt = Map.groupBy(
      LIVES.flatMap(({ troubles }) => troubles),
      ({ trouble }) => trouble,
    );
    expect(dealt.size).toBe(10);
    expect(dealt.get("minute quota")).toHaveLength(10);
    expect(dealt.get("daily quota")).toHaveLength(1);
    for (const planned of dealt.values()) expect(planned.length === 1 || planned.length >= 10).toBe(true);
  });

  it("has a user write to the app whose daily quota is used up", ({ expect }) => {
    const life = LIVES.find(({ troubles }) => troubles.some(({ trouble }) => trouble === "daily quota"));
    expect(life?.acts.some(({ app }) => app === "second")).toBe(true);
  });

  it("kills at every kind of moment", ({ expect }) => {
    expect(new Set(LIVES.map(({ kill }) => kill.moment)).size).toBe(6);
  });

  it("has at most two messages due for each user, so that two attempts of each fit into WeChat's five", ({
    expect,
  }) => {
    for (const acts of byUser(ACTS)) {
      const owed = acts.reduce((sum, act) => sum + (act.kind === "request" ? 1 : act.due.length), 0);
      expect(owed).toBeLessThanOrEqual(2);
    }
  });

  it("uses each mark once, and has no message in addition to a handover", ({ expect }) => {
    expect(new Set(ACTS.map(({ mark }) => mark)).size).toBe(ACTS.length);
    for (const acts of byUser(ACTS)) {
      const isHandedOver = acts.some((act) => act.kind !== "request" && act.answer === "handover");
      if (isHandedOver) expect(acts).toHaveLength(1);
    }
  });
});
