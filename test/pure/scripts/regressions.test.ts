/** The parts of `npm run test:regressions` that decide, and its table. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { judge, toLines, toPattern, type FileResult } from "../../../scripts/regressions/verdict.ts";
import { REGRESSIONS } from "../../regressions/index.ts";

const ROW = { point: "1.2", file: "pure/x.test.ts", names: ["the unit does it"] };
const FRAMES = "\n    at /p/test/pure/x.test.ts:7:3";

/** A file with a test for each of these: undefined passes, text fails so. */
function fileOf(...failures: readonly (string | undefined)[]): FileResult {
  return {
    name: "/p/test/pure/x.test.ts",
    message: "",
    assertionResults: failures.map((failure, index) => ({
      fullName: `the unit does it, case ${index}`,
      status: failure === undefined ? "passed" : "failed",
      failureMessages: failure === undefined ? [] : [`${failure}${FRAMES}`],
    })),
  };
}
const verdictOf = (result: FileResult | undefined) => {
  const [verdict] = judge(ROW, result);
  return { fails: verdict?.fails, how: verdict?.how };
};

describe("a row of the regressions", () => {
  it("holds when every test it names fails by an assertion", ({ expect }) => {
    for (const how of [
      "AssertionError: expected 1 to be 2",
      "Error: expected [] to include 'a'",
      "Error: Property failed",
    ])
      expect(verdictOf(fileOf(how, "AssertionError: expected 3 to be 4"))).toEqual({ fails: true, how });
  });

  it("does not hold when one of them passes or fails in another way", ({ expect }) => {
    const assertion = "AssertionError: expected 1 to be 2";
    expect(verdictOf(fileOf(assertion, undefined))).toEqual({
      fails: false,
      how: "passes: the unit does it, case 1",
    });
    const crash = "TypeError: x is not a function";
    expect(verdictOf(fileOf(assertion, crash))).toEqual({ fails: false, how: crash });
    const slow = "Error: Test timed out in 5000ms.";
    expect(verdictOf(fileOf(slow))).toEqual({ fails: false, how: slow });
  });

  it("does not hold when no test is named so, or the tests did not run, and says why", ({ expect }) => {
    const [other] = judge({ ...ROW, names: ["another unit"] }, fileOf("AssertionError: expected 1 to be 2"));
    expect(other).toMatchObject({ fails: false, how: "no test is named so" });
    const message = "Cannot find module './new.ts'\nstack";
    const unloaded = { ...fileOf(), message };
    expect(verdictOf(unloaded)).toEqual({ fails: false, how: "Cannot find module './new.ts'" });
    const skipped = { fullName: "the unit does it", status: "skipped", failureMessages: [] };
    expect(verdictOf({ ...unloaded, assertionResults: [skipped] }).how).toBe("Cannot find module './new.ts'");
    expect(verdictOf(undefined)).toEqual({ fails: false, how: "the file did not run" });
  });

  it("is shown in two lines", ({ expect }) => {
    expect(judge(ROW, fileOf("AssertionError: expected 1 to be 2")).map(toLines)).toEqual([
      "✓ 1.2 · test/pure/x.test.ts «the unit does it»\n      AssertionError: expected 1 to be 2",
    ]);
    expect(judge(ROW, undefined).map(toLines)[0]).toMatch(/^✗ 1\.2/);
  });

  it("has its tests run by their names' beginnings alone", ({ expect }) => {
    const pattern = new RegExp(toPattern([{ ...ROW, names: ["GET /a?b=(c)", "the unit does it"] }]));
    for (const name of ["GET > /a?b=(c) twice", "the unit > does it", "the unit does it, case 1"])
      expect(name).toMatch(pattern);
    for (const name of ["now the unit does it", "GET /a", "the unit"]) expect(name).not.toMatch(pattern);
  });
});

describe("the table of regressions", () => {
  it("has a row for every point and bullet of the list of faults, and no other", ({ expect }) => {
    const points = [
      ...Array.from({ length: 10 }, (_, index) => `1.${index + 1}`),
      "2",
      ...Array.from({ length: 7 }, (_, index) => `3.${index + 1}`),
    ];
    expect([...new Set(REGRESSIONS.map(({ point }) => point))].toSorted()).toEqual(points.toSorted());
  });

  it("names files that exist, and each test once", ({ expect }) => {
    const files = REGRESSIONS.map(({ file }) => file);
    expect(files.filter((file) => !existsSync(join(import.meta.dirname, "../..", file)))).toEqual([]);
    const tests = REGRESSIONS.flatMap(({ file, names }) => names.map((name) => `${file} ${name}`));
    expect(tests.filter((test, index) => tests.indexOf(test) !== index)).toEqual([]);
  });
});
