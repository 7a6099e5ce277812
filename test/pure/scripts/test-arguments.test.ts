/** `npm test`: the arguments that vitest gets, and the progress line. */
import { describe, it } from "vitest";
import { CLEAR_LINE, countFileFailure, progressLine } from "../../../scripts/lib/progress-line.ts";
import { noteOfChanges, QUIET_REPORTER, testArguments } from "../../../scripts/lib/test-arguments.ts";

describe("the arguments of npm test", () => {
  it.for([
    ["a branch", "my-branch", true, "--changed=main"],
    ["main", "main", true, "--changed"],
    ["no branch", undefined, true, "--changed"],
    ["a branch, in a clone without a local main", "my-branch", false, "--changed"],
  ] as const)("--changed on %s", ([, branch, hasMain, expected], { expect }) => {
    const args = ["--project", "pure", "--changed"];
    expect(testArguments(args, { branch, hasMain, isTerminal: false })).toEqual(["--project", "pure", expected]);
  });

  it("are explained when there is no local main to compare a branch with", ({ expect }) => {
    const clone = { branch: "my-branch", hasMain: false, isTerminal: false };
    expect(noteOfChanges(["--changed"], clone)).toContain("there is no local branch main");
    expect(noteOfChanges(["--changed"], { ...clone, hasMain: true })).toBeUndefined();
    expect(noteOfChanges(["--changed"], { ...clone, branch: undefined })).toBeUndefined();
    expect(noteOfChanges(["--changed=HEAD~3"], clone)).toBeUndefined();
  });

  it.for([[["--changed=HEAD~3"]], [["test/pure/a.test.ts", "-t", "a name"]], [[]]])(
    "are passed on without a terminal: %j",
    ([args = []], { expect }) => {
      expect(testArguments(args, { branch: "my-branch", hasMain: true, isTerminal: false })).toEqual(args);
    },
  );

  it("ask for the quiet reporter in a terminal, unless one is named", ({ expect }) => {
    const place = { branch: "main", hasMain: true, isTerminal: true };
    expect(testArguments([], place)).toEqual([QUIET_REPORTER]);
    for (const args of [["--reporter=json"], ["--reporter", "dot"]]) expect(testArguments(args, place)).toEqual(args);
  });
});

describe("the progress line", () => {
  it("replaces the one before it, and has the files done, their total and the failures", ({ expect }) => {
    expect(progressLine({ done: 12, total: 340, failed: 0 })).toBe(`${CLEAR_LINE}12/340 files, 0 failures`);
    expect(progressLine({ done: 340, total: 340, failed: 1 })).toBe(`${CLEAR_LINE}340/340 files, 1 failure`);
  });

  it.for([
    ["that cannot be imported, as one", "failed", 0, 1],
    ["whose failed tests are counted already, not again", "failed", 2, 0],
    ["that passed, not", "passed", 0, 0],
  ] as const)("counts a file %s", ([, state, failedTests, expected], { expect }) => {
    expect(countFileFailure(state, failedTests)).toBe(expected);
  });
});
