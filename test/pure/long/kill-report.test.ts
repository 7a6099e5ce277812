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

  it("names each violation, and adds it up under its setting", ({ expect }) => {
    const broken = run({ tally: { ...tally([FORGOTTEN]), withRetry: CLEAN.withRetry } });
    expect(broken.tally).toMatchObject({ users: 1, pushes: 1, acknowledged: 1 });
    expect(findFaults(broken)).toEqual(["acknowledged but not stored: oUser 在吗"]);
    const report = writeKillReport(broken, [], "2026-11-22");
    expect(report).toContain("**1 处不符 / violations**");
    expect(report).toContain("acknowledged messages lost | 0 | 1 |");
  });
});
