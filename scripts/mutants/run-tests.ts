/**
 * Runs named tests of a copy of the project and reads vitest's report.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { err, ok, type Result } from "../../shared/result.ts";
import { QUIET_ENV } from "../lib/build.ts";
import { ReportSchema, type Report } from "./verdict.ts";

/** Why there is no report. */
export type RunProblem = { readonly reason: "too_slow"; readonly limitMs: number } | { readonly reason: "no_report" };

/** A test by its file under `test/` and the beginning of its full name. */
export type TestName = readonly [file: string, name: string];

/**
 * Runs the tests, and no others of their files.
 *
 * @param copy the root of the project to be tested
 * @param limitMs after so long the run is ended
 */
export async function runTests(
  copy: string,
  tests: readonly TestName[],
  limitMs: number,
): Promise<Result<Report, RunProblem>> {
  const output = join(copy, ".tmp-report.json");
  await rm(output, { force: true });
  const files = [...new Set(tests.map(([file]) => `test/${file}`))];
  const projects = [...new Set(tests.map(([file]) => `--project=${file.split("/")[0]}`))];
  const pattern = [...new Set(tests.map(([, name]) => toPattern(name)))].join("|");
  const args = ["run", ...projects, ...files, "-t", pattern, "--reporter=json", `--outputFile=${output}`];
  const isInTime = await runVitest(copy, args, limitMs);
  if (!isInTime) return err({ reason: "too_slow", limitMs });
  return readReport(output);
}

/** Vitest puts ` > ` between the names of suites and tests, its report a space. */
function toPattern(name: string): string {
  return `^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&").replaceAll(" ", "(?: > | )")}`;
}

/** Whether it ended by itself; with which exit code does not matter, failing is what mutants are for. */
async function runVitest(copy: string, args: readonly string[], limitMs: number): Promise<boolean> {
  const vitest = join(copy, "node_modules/vitest/vitest.mjs");
  // A group of its own: what it started ends with it.
  const child = spawn(process.execPath, [vitest, ...args], {
    cwd: copy,
    env: QUIET_ENV,
    detached: true,
    stdio: "ignore",
  });
  let isInTime = true;
  const timer = setTimeout(() => {
    isInTime = false;
    process.kill(-(child.pid ?? 0), "SIGKILL");
  }, limitMs);
  await once(child, "exit");
  clearTimeout(timer);
  return isInTime;
}

async function readReport(path: string): Promise<Result<Report, RunProblem>> {
  try {
    return ok(v.parse(v.pipe(v.string(), v.parseJson(), ReportSchema), await readFile(path, "utf8")));
  } catch {
    // Vitest ended before it could write one: it says nothing about any test.
    return err({ reason: "no_report" });
  }
}
