/**
 * The worker is killed under load, with agents at work: the short form of `npm run test:long -- --kills`, with the same
 * checks of WeChat's and the agents' records, logs, lists, pages and files (docs/design/long-proof.md).
 */
import { describe, it } from "vitest";
import { runKills } from "../long/kills.ts";
import type { Act, LifePlan } from "../long/plan.ts";
import { seeded } from "../support/seeded.ts";

const KILLS = 8;
const USERS_PER_LIFE = 4;
const SEED = 20_261_122;

/**
 * Plans a life of the worker, from its start to its kill: users who get automatic answers, and the moment of the kill.
 */
function drawLife(life: number): LifePlan {
  const random = seeded(SEED, life);
  const says = (app: Act["app"], openid: string, text: string, due: readonly string[], atMs: number): Act => {
    const delivery = { how: "plain" } as const;
    return { app, openid, kind: "text", mark: text, due, answer: "received", atMs, delivery };
  };
  const acts = Array.from({ length: USERS_PER_LIFE }, (_, user) => {
    const openid = `oKill${life}x${user}`;
    return says("first", openid, `${openid}一`, [`收到：${openid}一`], random.int(0, 200));
  });
  const asking = `oKill${life}d`;
  acts.push(says("desk", asking, `问${asking}`, [], random.int(0, 100)));
  const former = `oKill${life - 2}d`;
  if (life >= 2) acts.push(says("desk", former, `又来了${former}`, [], random.int(0, 400)));
  // Every second kill is while an answer is being sent: random moments alone might never hit one on a slow machine.
  const isSending = life % 2 === 1;
  const kill = isSending
    ? ({ moment: "send arrived", skip: 0, nth: random.int(1, 3), delayMs: 0, limitMs: 20_000 } as const)
    : ({ moment: "time", skip: 0, nth: 1, delayMs: random.int(0, 12), limitMs: random.int(300, 1_200) } as const);
  return { acts, troubles: [], kill };
}

describe(`a worker killed ${KILLS} times under load`, () => {
  it("loses no message and no due answer, duplicates only what is marked as unconfirmed, and keeps each session", async ({
    expect,
  }) => {
    const plan = [{ unconfirmedRetry: 1, lives: Array.from({ length: KILLS }, (_, life) => drawLife(life)) }] as const;
    const { tally, served, kills, moments } = await runKills({ kills: KILLS, seed: SEED, plan, log: () => {} });
    expect(tally.violations).toEqual([]);
    expect(served.violations).toEqual([]);
    expect(kills).toBe(KILLS);
    // Otherwise the test proves nothing: some messages are acknowledged, some sends cut off, some agents in conflict.
    expect(tally.acknowledged).toBeGreaterThanOrEqual(USERS_PER_LIFE);
    expect(moments["send arrived"]).toBeGreaterThan(0);
    expect(tally.unconfirmed).toBeGreaterThan(0);
    expect(served.delivered).toBeGreaterThan(0);
    expect(served.conflicts).toBeGreaterThan(0);
  }, 400_000);
});
