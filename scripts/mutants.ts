/**
 * `npm run test:mutants`: applies each mutant of `test/mutants/` to a copy of the project and requires its test to
 * fail. Exit code 0 when every mutant was killed, 1 when one was not or a named test fails without a mutant, 2 for
 * invalid arguments.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { MUTANTS } from "../test/mutants/index.ts";
import type { Mutant } from "../test/mutants/mutant.ts";
import { exitWithHelp, exitWithUsage, wantsHelp } from "./lib/command-line.ts";
import { MATRIX_FILE, withMatrix } from "./mutants/matrix.ts";
import { COMMAND_LINE, MUTANTS_USAGE, readMutantOptions } from "./mutants/options.ts";
import { isKilled, toJson, toLine, toSummary, type MutantResult } from "./mutants/print.ts";
import { createScratch, removeScratch, withMutant } from "./mutants/scratch.ts";
import { createTestRunner, type TestRunner } from "./mutants/test-runner.ts";
import { judge, whyRed, type Verdict } from "./mutants/verdict.ts";

/** Time limit for the named tests of the unchanged code, milliseconds: several files at once. */
const GREEN_LIMIT_MS = 300_000;
/** Time limit for one mutant, milliseconds: vitest ends a test that hangs long before. */
const MUTANT_LIMIT_MS = 90_000;

/** Progress and errors; standard output is for the result. */
function say(line: string): void {
  console.error(line);
}

/** A mutant whose test fails on the unchanged code, or does not exist. */
interface RedMutant {
  readonly mutant: Mutant;
  readonly why: string;
}

/** Runs the named tests unchanged: a test that fails here proves nothing about a mutant. */
async function findRed(
  runner: TestRunner,
  mutants: readonly Mutant[],
  changed: readonly string[],
): Promise<readonly RedMutant[]> {
  const tests = mutants.map(({ killedBy }) => killedBy);
  const report = await runner.run(tests, changed, GREEN_LIMIT_MS);
  return mutants.flatMap((mutant) => {
    const why = report.ok ? whyRed(report.value, ...mutant.killedBy) : report.error.reason;
    return why === undefined ? [] : [{ mutant, why }];
  });
}

/** Whether all pass; a failing one is tried once more alone, as a busy machine is not a fault of the code. */
async function isGreen(runner: TestRunner, mutants: readonly Mutant[], changed: readonly string[]): Promise<boolean> {
  const first = await findRed(runner, mutants, changed);
  if (first.length === 0) return true;
  const again = first.map(({ mutant }) => mutant);
  const red = await findRed(runner, again, []);
  for (const { mutant, why } of red)
    say(`✗ ${mutant.name}: test/${mutant.killedBy.join(" «")} …» is not green: ${why}`);
  return red.length === 0;
}

/** @param left the file the last mutant changed, which has its original contents again */
async function tryMutant(runner: TestRunner, mutant: Mutant, left: string): Promise<MutantResult> {
  const started = performance.now();
  const run = () => runner.run([mutant.killedBy], [left, mutant.file], MUTANT_LIMIT_MS);
  const verdict = await withMutant(runner.copy, mutant, async (): Promise<Verdict> => {
    const first = await run();
    // A process that hung or ended is replaced; a mutant that makes it hang will do so again.
    const report = first.ok ? first : await run();
    return report.ok ? judge(report.value, ...mutant.killedBy) : { state: "crashed", why: report.error.reason };
  });
  return { mutant, verdict, ms: performance.now() - started };
}

/**
 * One copy takes the next mutant until there is none; then its tests must pass again, otherwise a mutant was left in
 * it.
 */
async function tryWaiting(
  runner: TestRunner,
  waiting: Iterable<Mutant>,
  note: (result: MutantResult) => void,
): Promise<boolean> {
  const tried: Mutant[] = [];
  for (const mutant of waiting) {
    note(await tryMutant(runner, mutant, tried.at(-1)?.file ?? mutant.file));
    tried.push(mutant);
  }
  const left = tried.slice(-1).map(({ file }) => file);
  return tried.length === 0 || isGreen(runner, tried, left);
}

/** Tries all mutants; true when every one was killed and every copy has its original contents. */
async function tryAll(runners: readonly TestRunner[], mutants: readonly Mutant[], json: boolean): Promise<boolean> {
  const results: MutantResult[] = [];
  const note = (result: MutantResult) => {
    results.push(result);
    say(`[${results.length}/${mutants.length}] ${toLine(result)}`);
  };
  const waiting = mutants.values();
  const clean = await Promise.all(runners.map((runner) => tryWaiting(runner, waiting, note)));
  const inOrder = results.toSorted((a, b) => mutants.indexOf(a.mutant) - mutants.indexOf(b.mutant));
  console.log(json ? toJson(inOrder) : toSummary(inOrder));
  return clean.every(Boolean) && results.length === mutants.length && results.every(isKilled);
}

const args = process.argv.slice(2);
if (wantsHelp(args, COMMAND_LINE)) exitWithHelp(MUTANTS_USAGE);
const options = readMutantOptions(args);
if (!options.ok) exitWithUsage(options.error, MUTANTS_USAGE);
const { only, jobs, json, docs } = options.value;
if (docs) {
  writeFileSync(MATRIX_FILE, withMatrix(readFileSync(MATRIX_FILE, "utf8")));
  process.exit(0);
}
const chosen = MUTANTS.filter(({ name }) => only.length === 0 || only.some((start) => name.startsWith(start)));
if (chosen.length === 0) {
  say("没有这样的变异 / no mutant is named so");
  process.exit(2);
}

const copies = await Promise.all(Array.from({ length: Math.min(jobs, chosen.length) }, (_, job) => createScratch(job)));
const runners = copies.map(createTestRunner);
const [first] = runners;
try {
  say(`${chosen.length} mutants, ${copies.length} at a time; first their tests as the code is …`);
  const isReady = first !== undefined && (await isGreen(first, chosen, []));
  process.exitCode = isReady && (await tryAll(runners, chosen, json)) ? 0 : 1;
} finally {
  await Promise.all(runners.map((runner) => runner.close()));
  await removeScratch();
}
