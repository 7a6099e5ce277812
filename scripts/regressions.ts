/**
 * `npm run test:regressions`: runs the tests of `test/regressions/` against the product as it was before the faults
 * were fixed, in a worktree of its own, and demands that each fails by an assertion. Exit code 0 when all do, 1 when
 * one does not, 2 when it was called wrongly.
 */
import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { FAULTY_COMMIT, REGRESSIONS, type Regression } from "../test/regressions/index.ts";
import { QUIET_ENV, ROOT } from "./lib/build.ts";
import { exitWithUsage, readFlags } from "./lib/command-line.ts";
import { judge, ReportSchema, toLines, toPattern, type FileResult } from "./regressions/verdict.ts";

const USAGE = `npm run test:regressions [-- --only POINT]…

  --only POINT  只运行这一条的测试，如 1.3 / only the tests of this point, for example 1.3; may be given several times

在提交 ${FAULTY_COMMIT}（0.1.0）的工作树里运行，每一个都应失败 / runs on a worktree of ${FAULTY_COMMIT} (0.1.0), where each must fail`;

const WORKTREE = join(ROOT, ".tmp/regressions");
const REPORT = join(WORKTREE, ".tmp/vitest.json");

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

/** Runs what the rows name. @returns results by file, from `test/` */
function runTests(rows: readonly Regression[]): ReadonlyMap<string, FileResult> {
  const files = [...new Set(rows.map(({ file }) => `test/${file}`))];
  const vitest = join(WORKTREE, "node_modules/vitest/vitest.mjs");
  const reporter = ["--reporter=json", `--outputFile=${REPORT}`, `--testNamePattern=${toPattern(rows)}`];
  // It fails: that is what is asked of it. The report says how.
  run(process.execPath, [vitest, "run", ...reporter, ...files], WORKTREE);
  const { testResults } = v.parse(ReportSchema, JSON.parse(readFileSync(REPORT, "utf8")));
  const folder = join(WORKTREE, "test");
  return new Map(
    testResults.map((result) => [result.name.slice(folder.length + 1).replaceAll("\\", "/"), result] as const),
  );
}

const { only } = readFlags(USAGE, { only: { type: "string", multiple: true } });
const rows = REGRESSIONS.filter(({ point }) => only === undefined || only.includes(point));
if (rows.length === 0) exitWithUsage("没有这样的条目 / unknown point", USAGE);
const started = performance.now();
prepare();
const results = runTests(rows);
const verdicts = rows.flatMap((row) => judge(row, results.get(row.file)));
for (const verdict of verdicts) console.log(toLines(verdict));
remove();
const failing = verdicts.filter(({ fails }) => fails).length;
const seconds = Math.round((performance.now() - started) / 1_000);
console.log(`\n${failing} of ${verdicts.length} fail on ${FAULTY_COMMIT} by an assertion (${seconds} s)`);
process.exit(failing === verdicts.length ? 0 : 1);
