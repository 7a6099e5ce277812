/** The long run of random desk stories, and its result. */
import { describe, it } from "vitest";
import { findDeskFaults, writeDeskReport } from "../../long/desk-report.ts";
import { runDesk, type DeskRun } from "../../long/desk.ts";

const RUN: DeskRun = { seed: 1, minutes: 1, stories: 10, steps: 400, deaths: 9, troubles: 80, broken: null };

describe("the long run of the desk", () => {
  it("runs stories until its time is over", ({ expect }) => {
    const lines: string[] = [];
    const run = runDesk({ minutes: 0.001, seed: 1, log: (line) => lines.push(line) });
    expect(run).toMatchObject({ seed: 1, broken: null });
    expect(run.stories).toBeGreaterThanOrEqual(500);
    expect(lines).toHaveLength(run.stories / 500);
    expect(findDeskFaults(run)).toEqual([]);
  });

  it("is no evidence without a story in which the desk is restarted", ({ expect }) => {
    expect(findDeskFaults({ ...RUN, deaths: 0 })).toEqual(["no evidence: the desk was never restarted"]);
  });

  it("shows the story that broke a check", ({ expect }) => {
    const broken = { story: { hasOffers: false, steps: [] }, checks: ["x is open and has no entry"] };
    expect(findDeskFaults({ ...RUN, broken })).toEqual(["x is open and has no entry"]);
    const text = writeDeskReport({ ...RUN, broken }, [["cores", "2"]], "2026-11-30");
    expect(text).toContain("**1 处不符 / violations**");
    expect(text).toContain('"hasOffers": false');
    expect(writeDeskReport(RUN, [["cores", "2"]], "2026-11-30")).toContain("通过 / passed");
  });
});
