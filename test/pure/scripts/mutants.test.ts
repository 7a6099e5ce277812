/** The deciding functions of `npm run test:mutants`, tested without running mutants. */
import { describe, it } from "vitest";
import { readMutantOptions } from "../../../scripts/mutants/options.ts";
import { toJson, toSummary } from "../../../scripts/mutants/print.ts";
import { judge, testsNamed, whyRed, type Report } from "../../../scripts/mutants/verdict.ts";
import { MUTANTS } from "../../mutants/index.ts";
import { must } from "../../support/conversation.ts";

const FILE = "pure/x.test.ts";
const FRAMES = "\n    at file:///p/node_modules/vitest/dist/a.js:1:1\n    at /p/test/pure/x.test.ts:7:3";

function reportOf(state: string, failure?: string, broken?: string): Report {
  const tests = [
    { name: "the unit does it", state, failures: failure === undefined ? [] : [failure] },
    { name: "the unit does more", state: "skipped", failures: [] },
  ];
  const module = { path: `/p/test/${FILE}`, errors: [], tests };
  return broken === undefined
    ? { modules: [module], stray: [] }
    : { modules: [{ ...module, errors: [broken], tests: [] }], stray: [] };
}

const verdictOf = (state: string, failure?: string, broken?: string) =>
  judge(reportOf(state, failure, broken), FILE, "the unit");

describe("a mutant", () => {
  it("is killed by an assertion, by an error that the test throws, or by the test's timeout", ({ expect }) => {
    const test = "the unit does it";
    const assertion = { state: "killed", by: "assertion", test };
    expect(verdictOf("failed", `AssertionError: expected 1 to be 2${FRAMES}`)).toEqual(assertion);
    expect(verdictOf("failed", `Error: Property failed after 1 tests\n    Cause: AssertionError: x`)).toEqual(
      assertion,
    );
    expect(verdictOf("failed", `Error: there is no lease${FRAMES}`)).toEqual(assertion);
    expect(verdictOf("failed", "TestTimeoutError: Test timed out in 5000ms.")).toEqual({
      ...assertion,
      by: "time-out",
    });
  });

  it("has survived when its tests pass", ({ expect }) => {
    expect(verdictOf("passed")).toEqual({ state: "survived" });
  });

  it("is not killed when the code throws another error or the file does not load", ({ expect }) => {
    expect(verdictOf("failed", `TypeError: x is not a function\n    at /p/worker/a.ts:1:1${FRAMES}`)).toEqual({
      state: "crashed",
      why: "TypeError: x is not a function",
    });
    expect(verdictOf("failed", `Error: no such table\n    at f (/p/worker/a.ts:1:1)${FRAMES}`).state).toBe("crashed");
    expect(verdictOf("", undefined, "Cannot find module './nix.ts'\nmore")).toEqual({
      state: "crashed",
      why: "Cannot find module './nix.ts'",
    });
  });

  it("is judged only by the named test of the named file", ({ expect }) => {
    expect(judge(reportOf("failed", "AssertionError: x"), "pure/y.test.ts", "the unit")).toEqual({ state: "unnamed" });
    expect(judge(reportOf("failed", "AssertionError: x"), FILE, "the unit does more")).toEqual({ state: "unnamed" });
    const stray = { modules: [], stray: ["Error: no config\n    at x"] };
    expect(judge(stray, FILE, "the unit")).toEqual({ state: "crashed", why: "Error: no config" });
    expect(testsNamed(reportOf("passed"), FILE, "the unit").map(({ name }) => name)).toEqual(["the unit does it"]);
  });

  it("can only be tried when its tests exist and pass on the unchanged code", ({ expect }) => {
    const why = (report: Report, name = "the unit") => whyRed(report, FILE, name);
    expect(why(reportOf("passed"))).toBeUndefined();
    expect(why(reportOf("failed", "AssertionError: x\n    at y"))).toBe("AssertionError: x");
    expect(why(reportOf("passed"), "another unit")).toBe("no test has this name");
    expect(why(reportOf("passed", undefined, "Error: no worker"))).toBe("Error: no worker");
  });
});

describe("the result", () => {
  const mutant = must(MUTANTS[0]);
  const killed = { mutant, verdict: { state: "killed", by: "assertion", test: "t" }, ms: 1_234 } as const;
  const survived = { mutant, verdict: { state: "survived" }, ms: 10 } as const;

  it("counts by rule and prints what a survivor breaks and which test should have failed", ({ expect }) => {
    expect(toSummary([killed])).toMatch(/✓ 1\/1 {2}.*\n\n1 of 1 mutants killed/s);
    const text = toSummary([survived]);
    expect(text).toContain("✗ 0/1");
    for (const part of [mutant.breaks, mutant.file, mutant.symbol, ...mutant.killedBy, "SURVIVED"])
      expect(text).toContain(part);
  });

  it("is ok in JSON only when all are killed", ({ expect }) => {
    expect(JSON.parse(toJson([killed]))).toMatchObject({ ok: true, mutants: [{ name: mutant.name, ms: 1_234 }] });
    expect(JSON.parse(toJson([killed, survived]))).toMatchObject({ ok: false });
  });
});

describe("the command line", () => {
  it("accepts names, jobs and the two outputs", ({ expect }) => {
    expect(readMutantOptions([])).toEqual({ ok: true, value: { only: [], jobs: 2, json: false, docs: false } });
    expect(readMutantOptions(["--only", "a", "--only", "b", "--jobs", "4", "--json"])).toMatchObject({
      value: { only: ["a", "b"], jobs: 4, json: true },
    });
  });

  it.for([["--jobs", "0"], ["--jobs", "17"], ["--jobs", "two"], ["--jobs"], ["--fast"], ["name"]])(
    "refuses %j",
    (args, { expect }) => {
      expect(readMutantOptions(args).ok).toBe(false);
    },
  );
});
