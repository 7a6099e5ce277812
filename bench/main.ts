/**
 * `npm run bench`: measures every budget of docs/design/bench.md on bare workerd and writes the report. Exits with 1
 * when a budget is missed.
 */
import { spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../scripts/lib/build.ts";
import { exitWithHelp, exitWithUsage, wantsHelp } from "../scripts/lib/command-line.ts";
import { COMMAND_LINE, readOptions, SUBJECTS, USAGE, type BenchOptions } from "./options.ts";
import { curvePicture, missedRows, toMarkdown, type BenchReport } from "./report.ts";
import type { BenchRow } from "./row.ts";
import { drawCurve } from "./svg.ts";

const args = process.argv.slice(2);
if (wantsHelp(args, COMMAND_LINE)) exitWithHelp(USAGE);
let options: BenchOptions;
try {
  options = readOptions(args);
} catch (error) {
  exitWithUsage(error instanceof Error ? error.message : String(error), USAGE);
}
process.chdir(ROOT);
// The code that runs Workers takes seconds to load, so it is loaded only after the command line has been checked.
const [{ measureAll }, { readMachine }] = await Promise.all([import("./rows/all.ts"), import("./machine.ts")]);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const startedAt = performance.now();
const { rows, curves } = await measureAll(options, (subject) =>
  console.log(`… ${subject} (${Math.round((performance.now() - startedAt) / 1_000)} s)`),
);
const seconds = (performance.now() - startedAt) / 1_000;
const report: BenchReport = { machine: readMachine(), options, seconds, rows, curves };

for (const row of rows) console.log(line(row));
const missed = missedRows(rows);
console.log(
  `\n${Math.round(seconds)} s, ${missed.length === 0 ? "全部达标 all budgets met" : `未达标 missed: ${missed.length}`}`,
);
// No report is written for a run of only some subjects.
if (options.write && SUBJECTS.every((subject) => options.only.includes(subject))) await write();
process.exitCode = missed.length === 0 ? 0 : 1;

async function write(): Promise<void> {
  const [markdown, json] = [join(ROOT, "bench/report.md"), join(ROOT, "bench/report.json")];
  await writeFile(markdown, toMarkdown(report));
  await writeFile(json, JSON.stringify(report));
  spawnSync(join(ROOT, "node_modules/.bin/oxfmt"), [markdown, json]);
  for (const { id, zh, en, points } of curves) {
    const chart = { zh, en, points: points.map(({ label, cpuUs }) => ({ label, value: cpuUs })) };
    await writeFile(join(ROOT, curvePicture(id)), drawCurve(chart));
  }
}

function line({ id, zh, en, measured, spread, budget, met }: BenchRow): string {
  const mark = met === undefined ? " " : met ? "✓" : "✗";
  const range = spread === "" ? "" : ` (${spread})`;
  const limit = budget === "" ? "" : `, ${budget}`;
  return `${mark} ${id}  ${zh} ${en}: ${measured}${range}${limit}`;
}
