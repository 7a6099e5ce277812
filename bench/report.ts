/**
 * The report: a table with measured figure, budget and verdict per row, as Markdown for people and as JSON for
 * programs. Pure.
 */
import type { MachineFacts } from "./machine.ts";
import type { BenchOptions } from "./options.ts";
import type { BenchRow } from "./row.ts";
import type { Curve } from "./rows/growth.ts";

/** All results of a run. */
export interface BenchReport {
  readonly machine: MachineFacts;
  readonly options: BenchOptions;
  readonly seconds: number;
  readonly rows: readonly BenchRow[];
  readonly curves: readonly Curve[];
}

/** Returns the path of a curve's picture, from the root. */
export function curvePicture(id: string): string {
  return `docs/pictures/bench-${id}.svg`;
}

/** Returns the rows whose budget is missed. */
export function missedRows(rows: readonly BenchRow[]): readonly BenchRow[] {
  return rows.filter(({ met }) => met === false);
}

/** Formats the report as Markdown, the budgets first. */
export function toMarkdown({ machine, options, seconds, rows, curves }: BenchReport): string {
  const { rounds, pushes, turns, connections, users } = options;
  const { date, cores, processor, memoryGb, platform, node, workerd, storage } = machine;
  const budgets = rows.filter(({ met }) => met !== undefined);
  const others = rows.filter(({ met }) => met === undefined);
  return `# 性能报告 Bench report

\`npm run bench\` 生成，方法见 [README.md](README.md)。Written by \`npm run bench\`; the method is in [README.md](README.md).

${date} · ${cores} cores, ${processor}, ${memoryGb} GB, ${platform} · Node ${node} · workerd ${workerd} · storage in ${storage}
· ${rounds} rounds of ${turns.toLocaleString("en")} pushes from users in turn and ${pushes.toLocaleString("en")} from users who write once, over ${connections} connections, up to ${users.toLocaleString("en")} known users · ${Math.round(seconds)} s

## 预算 Budgets

${writeTable(
  ["", "测量项 Metric", "中位数 Median", "范围 Range", "预算（目标）Budget (target)", "达标？Met?"],
  budgets.map((row) => [row.id, `${row.zh}<br>${row.en}`, row.measured, row.spread, row.budget, verdict(row)]),
)}

## 其他数字 Other figures

${writeTable(
  ["", "测量项 Metric", "中位数 Median", "范围 Range"],
  others.map((row) => [row.id, `${row.zh}<br>${row.en}`, row.measured, row.spread]),
)}

## 增长曲线 Growth

每次推送的 CPU，竖线为各轮范围。CPU per push; the thin lines show the range over the rounds.

${curves.map(({ id, zh, en }) => `![${zh} ${en}](../${curvePicture(id)})`).join("\n")}
`;
}

/** Returns the verdict as the text of a cell. */
function verdict({ met, aim }: BenchRow): string {
  if (met !== true) return "**未达标 missed**";
  return aim === false ? "达标，未到目标 met, target not reached" : "达标 met";
}

/** Formats a Markdown table. */
function writeTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
