/** `npm test`: the arguments that vitest gets, and the progress line. */
import { describe, it } from "vitest";
import { CLEAR_LINE, progressLine } from "../../../scripts/lib/progress-line.ts";
import { QUIET_REPORTER, testArguments } from "../../../scripts/lib/test-arguments.ts";

describe("the arguments of npm test", () => {
  it.for([
    ["a branch", "my-branch", "--changed=main"],
    ["main", "main", "--changed"],
    ["no branch", undefined, "--changed"],
  ] as const)("--changed on %s", ([, branch, expected], { expect }) => {
    const args = ["--project", "pure", "--changed"];
    expect(testArguments(args, { branch, isTerminal: false })).toEqual(["--project", "pure", expected]);
  });

  it.for([[["--changed=HEAD~3"]], [["test/pure/a.test.ts", "-t", "a name"]], [[]]])(
    "are passed on without a terminal: %j",
    ([args = []], { expect }) => {
      expect(testArguments(args, { branch: "my-branch", isTerminal: false })).toEqual(args);
    },
  );

  it("ask for the quiet reporter in a terminal, unless one is named", ({ expect }) => {
    const place = { branch: "main", isTerminal: true };
    expect(testArguments([], place)).toEqual([QUIET_REPORTER]);
    for (const args of [["--reporter=json"], ["--reporter", "dot"]]) expect(testArguments(args, place)).toEqual(args);
  });
});

describe("the progress line", () => {
  it("replaces the one before it, and has the files done, their total and the failures", ({ expect }) => {
    expect(progressLine({ done: 12, total: 340, failed: 0 })).toBe(`${CLEAR_LINE}12/340 files, 0 failures`);
    expect(progressLine({ done: 340, total: 340, failed: 1 })).toBe(`${CLEAR_LINE}340/340 files, 1 failure`);
  });
});
