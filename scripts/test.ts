/**
 * `npm test`: every test, then the table promise → tests → mutants → result. Exits with 0 only when all passed and
 * every promise has its tests. Arguments are passed to vitest; with arguments there is no table. In a terminal only
 * failures and a progress line are printed, and of the table only what fails.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { MUTANTS, mutantsOf, TABLES } from "../test/mutants/index.ts";
import { PROMISES } from "../test/promises.ts";
import { QUIET_ENV, ROOT } from "./lib/build.ts";
import { countFileFailure } from "./lib/progress-line.ts";
import { noteOfChanges, QUIET_REPORTER, testArguments } from "./lib/test-arguments.ts";

const REPORT = join(ROOT, ".tmp/vitest.json");
const isTerminal = process.stdout.isTTY;

/** The part of vitest's JSON report that is read. */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
}

function runVitest(args: readonly string[]): boolean {
  const vitest = join(ROOT, "node_modules/vitest/vitest.mjs");
  const place = { branch: readBranch(), hasMain: hasMain(), isTerminal };
  const note = noteOfChanges(args, place);
  if (note !== undefined) console.log(note);
  const { status } = spawnSync(process.execPath, [vitest, "run", ...testArguments(args, place)], {
    cwd: ROOT,
    env: QUIET_ENV,
    stdio: "inherit",
  });
  return status === 0;
}

function readBranch(): string | undefined {
  const { stdout } = spawnSync("git", ["branch", "--show-current"], { cwd: ROOT, encoding: "utf8" });
  return stdout?.trim() || undefined;
}

function hasMain(): boolean {
  const verify = ["rev-parse", "--verify", "--quiet", "refs/heads/main"];
  return spawnSync("git", verify, { cwd: ROOT, stdio: "ignore" }).status === 0;
}

/** Returns the outcome of every test, and one without a name for a file that failed without a failed test. */
function readOutcomes(): readonly Outcome[] {
  const report: Report = JSON.parse(readFileSync(REPORT, "utf8"));
  return report.testResults.flatMap(({ name: path, status: statusOfFile, assertionResults }) => {
    const failed = assertionResults.filter(({ status }) => status === "failed").length;
    const ofFile = countFileFailure(statusOfFile, failed) === 1 ? [{ fullName: "", status: statusOfFile }] : [];
    return assertionResults.concat(ofFile).map(({ fullName, status }) => ({
      file: relative(join(ROOT, "test"), path),
      name: fullName,
      passed: status === "passed",
    }));
  });
}

/** Prints the table promise → tests → mutants; in a terminal only what fails. @returns false when a promise is broken or untested */
function printPromises(outcomes: readonly Outcome[]): boolean {
  if (!isTerminal) console.log("\nPromises / 承诺");
  const kept = PROMISES.map(({ id, promise, tests }) => {
    const matched = tests.map(([file, name]) =>
      outcomes.filter((outcome) => outcome.file === file && outcome.name.startsWith(name)),
    );
    const missing = tests.filter((_, index) => matched[index]?.length === 0);
    const all = matched.flat();
    const passed = all.filter((outcome) => outcome.passed).length;
    const holds = missing.length === 0 && passed === all.length;
    if (isTerminal && holds) return true;
    console.log(`${holds ? "✓" : "✗"} ${id}. ${promise}: ${passed}/${all.length} tests`);
    for (const [file, name] of tests) console.log(`      test/${file}${name === "" ? "" : `  «${name} …»`}`);
    const mutants = mutantsOf(id).map((mutant) => mutant.name);
    console.log(`      ${mutants.length} mutants:${wrap(mutants, "\n        ")}`);
    for (const [file, name] of missing) console.log(`✗ no test has this name: test/${file} «${name}»`);
    return holds;
  });
  return kept.every(Boolean);
}

/** Wraps names to the width of a terminal. */
function wrap(names: readonly string[], indent: string): string {
  return names.reduce((text, name) => {
    const line = text.slice(text.lastIndexOf("\n") + 1);
    return `${text}${line === "" || line.length + name.length > 110 ? indent : " "}${name}`;
  }, "");
}

/**
 * Returns whether every mutant has a test whose full name begins with the name in its table, and prints those without.
 * `npm run test:mutants` shows whether the test fails for the mutant.
 */
function checkMutants(outcomes: readonly Outcome[]): boolean {
  const orphans = MUTANTS.filter(
    ({ killedBy: [file, name] }) => !outcomes.some((outcome) => outcome.file === file && outcome.name.startsWith(name)),
  );
  for (const { name, killedBy } of orphans) console.log(`✗ ${name}: no test has this name: ${killedBy.join(" «")} …»`);
  const others = TABLES.filter(({ promise }) => promise === undefined).flatMap(({ mutants }) => mutants).length;
  if (!isTerminal)
    console.log(`\n${others} more mutants of other rules: docs/test-matrix.md; npm run test:mutants runs them all`);
  return orphans.length === 0;
}

const args = process.argv.slice(2);
if (args.length > 0) process.exit(runVitest(args) ? 0 : 1);

mkdirSync(join(ROOT, ".tmp"), { recursive: true });
// Deleted before the run, because a run that ends before it writes its report must not be judged by an old report.
rmSync(REPORT, { force: true });
const shown = isTerminal ? [QUIET_REPORTER, "--coverage.reporter=text-summary"] : ["--reporter=default"];
const passed = runVitest(["--coverage", ...shown, "--reporter=json", `--outputFile.json=${REPORT}`]);
const outcomes = readOutcomes();
const promised = [printPromises(outcomes), checkMutants(outcomes)].every(Boolean);
const failed = outcomes.filter((outcome) => !outcome.passed).length;
console.log(`\n${outcomes.length - failed} passed, ${failed} failed`);
process.exit(passed && promised ? 0 : 1);
