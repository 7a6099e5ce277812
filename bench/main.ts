/**
 * `npm run bench`: measures every row of DESIGN.md §7 on bare workerd and writes the report. Exits with 1 when a budget
 * is missed.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../scripts/lib/build.ts";
import { readMachine } from "./machine.ts";
import { readOptions, USAGE, type BenchOptions } from "./options.ts";
import { missedRows, toMarkdown, type BenchReport } from "./report.ts";
import type { BenchRow } from "./row.ts";
import { measureAll } from "./rows/all.ts";
import { drawCharts } from "./svg.ts";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}
let options: BenchOptions;
try {
  options = readOptions(args);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exit(2);
}
process.chdir(ROOT);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const startedAt = performance.now();
const { rows, curves } = await measureAll(options, (subject) => console.log(`… ${subject}`));
const seconds = (performance.now() - startedAt) / 1_000;
const report: BenchReport = { machine: readMachine(), options, seconds, rows };

for (const row of rows) console.log(line(row));
const missed = missedRows(rows);
console.log(
  `\n${Math.round(seconds)} s, ${missed.length === 0 ? "全部达到 all budgets met" : `未达到 missed: ${missed.length}`}`,
);
if (options.write) await write();
process.exitCode = missed.length === 0 ? 0 : 1;

async function write(): Promise<void> {
  const charts = curves.map(({ zh, en, points }) => ({
    zh,
    en,
    points: points.map(({ label, cpuUs }) => ({ label, value: cpuUs })),
  }));
  await Promise.all([
    writeFile(join(ROOT, "bench/report.md"), toMarkdown(report)),
    writeFile(join(ROOT, "bench/report.json"), `${JSON.stringify(report, null, 2)}\n`),
    ...(charts.length === 0
      ? []
      : [
          writeFile(
            join(ROOT, "docs/pictures/bench-growth.svg"),
            drawCharts(charts, "每次推送的 CPU，随规模 CPU a push, by size"),
          ),
        ]),
  ]);
}

function line({ id, zh, en, measured, spread, budget, met }: BenchRow): string {
  const mark = met === undefined ? " " : met ? "✓" : "✗";
  const range = spread === "" ? "" : ` (${spread})`;
  const limit = budget === "" ? "" : `, ${budget}`;
  return `${mark} ${id}  ${zh} ${en}: ${measured}${range}${limit}`;
}
