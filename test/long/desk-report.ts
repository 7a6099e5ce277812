/**
 * The report of the desk's random stories, as Markdown and as an exit code. Pure.
 */
import type { DeskRun } from "./desk.ts";
import { table } from "./markdown.ts";

/** The failures of the run; empty when there is none. */
export function findDeskFaults({ stories, deaths, broken }: DeskRun): readonly string[] {
  if (broken !== null) return broken.checks;
  return stories === 0 || deaths === 0 ? ["no evidence: the desk was never restarted"] : [];
}

/**
 * Writes the report.
 *
 * @param machine properties of the machine that it ran on, as name and value
 * @param date of the run, YYYY-MM-DD
 */
export function writeDeskReport(
  run: DeskRun,
  machine: readonly (readonly [what: string, value: string])[],
  date: string,
): string {
  const faults = findDeskFaults(run);
  const verdict = faults.length === 0 ? "通过 / passed" : `**${faults.length} 处不符 / violations**`;
  return [
    "# 工作台的随机次序 / Random orders of the desk",
    "",
    `\`npm run test:long -- --desk --minutes ${run.minutes} --seed ${run.seed}\`, ${date}: **${run.stories} 个故事 / stories**, ${verdict}.`,
    "",
    "检查什么：[0025](../design/0025-desk.md)。 / What is checked: [0025](../design/0025-desk.md).",
    "",
    ...table(["机器 / machine", ""], machine),
    ...table(
      ["经过 / run", "", "必须 / must be"],
      [
        ["步骤 / steps", run.steps, ""],
        ["工作台被终止 / deaths of the desk", run.deaths, "> 0"],
        ["丢失、重复、乱序的调用 / calls lost, repeated, out of order", run.troubles, ""],
        ["不符 / violations", faults.length, "0"],
      ],
    ),
    ...faults.map((fault) => `- ${fault}`),
    ...(run.broken === null ? [] : ["", "```json", JSON.stringify(run.broken.story, null, 2), "```"]),
    "",
  ].join("\n");
}
