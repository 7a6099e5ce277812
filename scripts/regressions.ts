/**
 * `npm run test:regressions`: runs the tests of `test/regressions/` against the product as it was before the faults
 * were fixed, in a worktree of its own, and demands that each fails by an assertion. Exit code 0 when all do.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { FAULTY_COMMIT, REGRESSIONS, type Regression } from "../test/regressions/index.ts";
import { QUIET_ENV, ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

const USAGE = `npm run test:regressions

  在修复之前的提交上运行 test/regressions/ 所列的测试，每一个都应失败 / runs the tests listed in test/regressions/ on the
  commit before the fixes: each has to fail`;

const WORKTREE = join(ROOT, ".tmp/regressions");
const REPORT = join(WORKTREE, ".tmp/vitest.json");

/** How the report begins with a failed `expect`, a failed `expect.poll`, a failed property. */
const ASSERTION = /^(AssertionError|Error: expected |Error: Property failed)/;

const ReportSchema = v.object({
  testResults: v.array(
    v.object({
      name: v.string(),
      assertionResults: v.array(
        v.object({ fullName: v.string(), status: v.string(), failureMessages: v.array(v.string()) }),
      ),
    }),
  ),
});
type TestResult = v.InferOutput<typeof ReportSchema>["testResults"][number]["assertionResults"][number];

function run(command: string, args: readonly string[], cwd: string): number | null {
  // npm is a batch file on Windows, which only a shell runs.
  const shell = process.platform === "win32" && command === "npm";
  return spawnSync(command, args, { cwd, env: QUIET_ENV, shell, stdio: ["ignore", "ignore", "inherit"] }).status;
}

/** The old product with the tests of today. @throws when git or npm fails */
function prepare(): void {
  remove();
  const steps: readonly (readonly [string, readonly string[], string])[] = [
    ["git", ["worktree", "add", "--detach", WORKTREE, FAULTY_COMMIT], ROOT],
    ["npm", ["ci"], WORKTREE],
  ];
  for (const [command, args, cwd] of steps) {
    if (run(command, args, cwd) !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
  }
  rmSync(join(WORKTREE, "test"), { recursive: true });
  for (const path of ["test", "vitest.config.ts"]) cpSync(join(ROOT, path), join(WORKTREE, path), { recursive: true });
}

function remove(): void {
  rmSync(WORKTREE, { recursive: true, force: true });
  run("git", ["worktree", "prune"], ROOT);
}

/** Runs the files of the table. @returns results by file, from `test/` */
function runTests(): ReadonlyMap<string, readonly TestResult[]> {
  const files = [...new Set(REGRESSIONS.map(({ file }) => `test/${file}`))];
  const vitest = join(WORKTREE, "node_modules/vitest/vitest.mjs");
  // It fails: that is what is asked of it. The report says how.
  run(process.execPath, [vitest, "run", "--reporter=json", `--outputFile=${REPORT}`, ...files], WORKTREE);
  const { testResults } = v.parse(ReportSchema, JSON.parse(readFileSync(REPORT, "utf8")));
  return new Map(
    testResults.map(({ name, assertionResults }) => [
      name.slice(join(WORKTREE, "test").length + 1).replaceAll("\\", "/"),
      assertionResults,
    ]),
  );
}

/** Says in a line how the test ended. @returns whether it failed as it must */
function judge({ point, file }: Regression, name: string, results: readonly TestResult[]): boolean {
  const found = results.filter(({ fullName }) => fullName.startsWith(name));
  const passed = found.find(({ status }) => status !== "failed");
  const messages = found.map(({ failureMessages }) => failureMessages[0]?.split("\n")[0] ?? "");
  // One name may begin those of several tests: all of them count, and the one that went wrong is shown.
  const other = messages.find((message) => !ASSERTION.test(message));
  const fails = found.length > 0 && passed === undefined && other === undefined;
  const message = other ?? messages[0] ?? "";
  const how = found.length === 0 ? "no such test" : passed === undefined ? message : "it passes";
  console.log(`${fails ? "✓" : "✗"} ${point} · test/${file} «${name}»\n      ${how.slice(0, 200)}`);
  return fails;
}

readFlags(USAGE, {});
prepare();
const results = runTests();
const verdicts = REGRESSIONS.flatMap((regression) =>
  regression.names.map((name) => judge(regression, name, results.get(regression.file) ?? [])),
);
remove();
const missing = verdicts.filter((fails) => !fails).length;
console.log(`\n${verdicts.length - missing} of ${verdicts.length} fail on ${FAULTY_COMMIT} by an assertion`);
process.exit(missing === 0 ? 0 : 1);
