/** The report of the long run: its sums, and when a run counts as no proof. */
import { describe, it } from "vitest";
import type { PersonBooks } from "../../long/judge.ts";
import { findFaults, writeKillReport } from "../../long/kill-report.ts";
import type { KillRun } from "../../long/kills.ts";
import { tally } from "../../long/tally.ts";

/** A user whose question was acknowledged, and is not in the log. */
const FORGOTTEN: PersonBooks = {
  openid: "oUser",
  unconfirmedRetry: 0,
  pushes: [{ mark: "在吗", outcome: "acknowledged", due: ["收到：在吗"], answer: "received" }],
  requests: [],
  delivered: [],
  refusals: 0,
  cutOffs: [],
  isQuotaUsed: false,
  rows: [],
};

/** The figures of a run without findings. */
const CLEAN = { ...tally([]), withRetry: { ...tally([]).withRetry, duplicates: 1 } };

/** Users whom agents served, without findings. */
const SERVED: KillRun["served"] = {
  users: 3,
  open: 1,
  acts: { take: { accepted: 4, refused: 2, unknown: 0 } },
  conflicts: 2,
  delivered: 5,
  violations: [],
};

const run = (change: Partial<KillRun> = {}): KillRun => ({
  seed: 7,
  planned: 40,
  kills: 40,
  starts: 45,
  moments: { "send arrived": 40 },
  met: { "HTTP 502": 3 },
  deliveries: 90,
  taken: 60,
  startMs: { median: 400, most: 900 },
  seconds: 90,
  tally: CLEAN,
  served: SERVED,
  ...change,
});

describe("the report of the long run", () => {
  it("accepts a run as evidence when no check failed and every fault affected a user", ({ expect }) => {
    expect(findFaults(run())).toEqual([]);
    expect(writeKillReport(run(), [["Node", "24"]], "2026-11-22")).toContain("**40 kills**, 通过 / passed.");
  });

  it("rejects it when a fault affected no user, or no second attempt arrived", ({ expect }) => {
    expect(findFaults(run({ met: { "HTTP 502": 0 } }))).toEqual([
      'no evidence: "HTTP 502" affected no user; run more kills',
    ]);
    expect(findFaults(run({ tally: tally([]) }))).toEqual(["no evidence: no second attempt arrived; run more kills"]);
  });

  it("rejects it when it ended before all kills were done", ({ expect }) => {
    expect(findFaults(run({ kills: 39 }))).toEqual(["ended early: 39 of 40 kills"]);
  });

  it("calls it none when no agent's reply was delivered, or no two agents wanted the same session", ({ expect }) => {
    expect(findFaults(run({ served: { ...SERVED, delivered: 0, conflicts: 0 } }))).toEqual([
      "no evidence: no reply of an agent was delivered; run more kills",
      "no evidence: no two agents wanted the same session; run more kills",
    ]);
  });

  it("names what is wrong with users whom agents served, and shows what the agents did", ({ expect }) => {
    const broken = run({ served: { ...SERVED, violations: ["reply sent twice: oUser 客服答-1"] } });
    expect(findFaults(broken)).toEqual(["reply sent twice: oUser 客服答-1"]);
    expect(writeKillReport(broken, [], "2026-11-30")).toContain("| take | 4 | 2 | 0 |");
  });

  it("names each violation, and adds it up under its setting", ({ expect }) => {
    const broken = run({ tally: { ...tally([FORGOTTEN]), withRetry: CLEAN.withRetry } });
    expect(broken.tally).toMatchObject({ users: 1, pushes: 1, acknowledged: 1 });
    expect(findFaults(broken)).toEqual(["acknowledged but not stored: oUser 在吗"]);
    const report = writeKillReport(broken, [], "2026-11-22");
    expect(report).toContain("**1 处不符 / violations**");
    expect(report).toContain("acknowledged messages lost | 0 | 1 |");
  });
});
