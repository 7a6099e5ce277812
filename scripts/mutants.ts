/**
 * `npm run test:mutants`: applies each mutant of `test/mutants/` to a copy of the project and requires its test to
 * fail. Exit code 0 when every mutant was killed, 1 when one survived or a named test fails without a mutant, 2 for
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

/** Time limit for the named tests on the unchanged code, milliseconds: several files at once. */
const GREEN_LIMIT_MS = 300_000;
/** Time limit for one mutant, milliseconds; vitest ends a hanging test long before. */
const MUTANT_LIMIT_MS = 90_000;

/** Prints progress and errors to standard error; standard output is for the result. */
function say(line: string): void {
  console.error(line);
}

/** A mutant whose test fails on the unchanged code or does not exist, with the reason. */
interface RedMutant {
  readonly mutant: Mutant;
  readonly why: string;
}

/**
 * Runs the named tests on the unchanged code, because a test that fails here proves nothing about a mutant.
 *
 * @returns the mutants whose tests do not pass
 */
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

/**
 * Returns whether all tests pass. A failing test is run once more alone, because it may have failed only due to the
 * load of the machine.
 */
async function isGreen(runner: TestRunner, mutants: readonly Mutant[], changed: readonly string[]): Promise<boolean> {
  const first = await findRed(runner, mutants, changed);
  if (first.length === 0) return true;
  const again = first.map(({ mutant }) => mutant);
  const red = await findRed(runner, again, []);
  for (const { mutant, why } of red)
    say(`✗ ${mutant.name}: test/${mutant.killedBy.join(" «")} …» does not pass on the unchanged code: ${why}`);
  return red.length === 0;
}

/** Runs the tests of one mutant. @param left the file that the previous mutant changed and that was restored */
async function tryMutant(runner: TestRunner, mutant: Mutant, left: string): Promise<MutantResult> {
  const started = performance.now();
  const run = () => runner.run([mutant.killedBy], [left, mutant.file], MUTANT_LIMIT_MS);
  const verdict = await withMutant(runner.copy, mutant, async (): Promise<Verdict> => {
    const first = await run();
    // A process that hung or exited is replaced, and the run is repeated; a mutant that makes tests hang will do so
    // again.
    const report = first.ok ? first : await run();
    return report.ok ? judge(report.value, ...mutant.killedBy) : { state: "crashed", why: report.error.reason };
  });
  return { mutant, verdict, ms: performance.now() - started };
}

/**
 * Tries mutants in one copy until none is left, then runs their tests once more.
 *
 * @returns whether these pass; otherwise a change was not undone
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

/** Runs all mutants. @returns whether every one was killed and every copy has its original contents */
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
  say("没有名称以所给文字开头的变异体 / no mutant has a name that begins with the given text");
  process.exit(2);
}

const copies = await Promise.all(Array.from({ length: Math.min(jobs, chosen.length) }, (_, job) => createScratch(job)));
const runners = copies.map(createTestRunner);
const [first] = runners;
try {
  say(`${chosen.length} mutants, ${copies.length} in parallel; first, their tests on the unchanged code …`);
  const isReady = first !== undefined && (await isGreen(first, chosen, []));
  process.exitCode = isReady && (await tryAll(runners, chosen, json)) ? 0 : 1;
} finally {
  await Promise.all(runners.map((runner) => runner.close()));
  await removeScratch();
}
