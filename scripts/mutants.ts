/**
 * `npm run test:mutants`: makes each mutant of `test/mutants/` in a copy of the project and demands that its test
 * fails. Exit code 0 when every mutant was killed, 1 when one was not or a named test fails as it is, 2 when it was
 * called wrongly.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { MUTANTS } from "../test/mutants/index.ts";
import type { Mutant } from "../test/mutants/mutant.ts";
import { MATRIX_FILE, withMatrix } from "./mutants/matrix.ts";
import { MUTANTS_USAGE, readMutantOptions } from "./mutants/options.ts";
import { isKilled, toJson, toLine, toSummary, type MutantResult } from "./mutants/print.ts";
import { createScratch, removeScratch, withMutant } from "./mutants/scratch.ts";
import { createTestRunner, type TestRunner } from "./mutants/test-runner.ts";
import { judge, testsNamed, type Verdict } from "./mutants/verdict.ts";

/** The named tests, as the code is: some files at once. */
const GREEN_LIMIT_MS = 300_000;
/** One mutant: a test that hangs is ended by vitest long before. */
const MUTANT_LIMIT_MS = 90_000;

/** Progress and complaints; standard output is for the result. */
function say(line: string): void {
  console.error(line);
}

/** Runs the named tests unchanged: what fails then says nothing about a mutant. */
async function isGreen(runner: TestRunner, mutants: readonly Mutant[], changed: readonly string[]): Promise<boolean> {
  const tests = mutants.map(({ killedBy }) => killedBy);
  const report = await runner.run(tests, changed, GREEN_LIMIT_MS);
  if (!report.ok) {
    say(`✗ the tests did not run: ${report.error.reason}`);
    return false;
  }
  const bad = mutants.filter(({ killedBy: [file, name] }) => {
    const found = testsNamed(report.value, file, name);
    return found.length === 0 || found.some(({ state }) => state !== "passed");
  });
  for (const { name, killedBy } of bad)
    say(`✗ ${name}: test/${killedBy[0]} «${killedBy[1]} …» is missing or not green`);
  return bad.length === 0;
}

/** @param left the file the last mutant changed, which is as it was again */
async function tryMutant(runner: TestRunner, mutant: Mutant, left: string): Promise<MutantResult> {
  const started = performance.now();
  const verdict = await withMutant(runner.copy, mutant, async (): Promise<Verdict> => {
    const report = await runner.run([mutant.killedBy], [left, mutant.file], MUTANT_LIMIT_MS);
    return report.ok ? judge(report.value, ...mutant.killedBy) : { state: "crashed", why: report.error.reason };
  });
  return { mutant, verdict, ms: performance.now() - started };
}

/** Every copy takes the next mutant until there is none; then it must be green again, or a mutant was left over. */
async function tryAll(runners: readonly TestRunner[], mutants: readonly Mutant[]): Promise<readonly MutantResult[]> {
  const results = new Map<Mutant, MutantResult>();
  const waiting = mutants.values();
  const clean = await Promise.all(
    runners.map(async (runner) => {
      const mine: Mutant[] = [];
      for (const mutant of waiting) {
        const result = await tryMutant(runner, mutant, mine.at(-1)?.file ?? mutant.file);
        mine.push(mutant);
        results.set(mutant, result);
        say(`[${results.size}/${mutants.length}] ${toLine(result)}`);
      }
      return isGreen(
        runner,
        mine,
        mine.slice(-1).map(({ file }) => file),
      );
    }),
  );
  return clean.every(Boolean) ? mutants.flatMap((mutant) => results.get(mutant) ?? []) : [];
}

const options = readMutantOptions(process.argv.slice(2));
if (!options.ok) {
  say(`${options.error}\n\n${MUTANTS_USAGE}`);
  process.exit(2);
}
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
  const results = first && (await isGreen(first, chosen, [])) ? await tryAll(runners, chosen) : [];
  console.log(json ? toJson(results) : toSummary(results));
  process.exitCode = results.length === chosen.length && results.every(isKilled) ? 0 : 1;
} finally {
  await Promise.all(runners.map((runner) => runner.close()));
  await removeScratch();
}
