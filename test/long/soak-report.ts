/**
 * The report of a soak, as Markdown and as an exit code. Pure.
 */
import { table } from "./markdown.ts";
import type { SoakRun } from "./soak.ts";
import type { Trend } from "./trend.ts";

/** Largest growth from the median to the end of the measured time, as a fraction, that still counts as flat. */
const MAX_GROWTH = 0.1;

/** The failures of the run; empty when there is none. */
export function findSoakFaults(run: SoakRun): readonly string[] {
  const { pushes, acknowledged, answered, oldestDays, oldestAllowedDays, gone, goneButStored } = run;
  const faults: string[] = [];
  if (acknowledged < pushes) faults.push(`${pushes - acknowledged} pushes were not acknowledged`);
  if (answered < pushes) faults.push(`${pushes - answered} pushes were not answered`);
  if (oldestDays > oldestAllowedDays)
    faults.push(`a row is ${days(oldestDays)} old, at most ${oldestAllowedDays} are kept`);
  if (gone === 0) faults.push("no evidence: no user stayed away for longer than rows are kept");
  if (goneButStored > 0) faults.push(`${goneButStored} users are still stored who should be deleted`);
  if (run.memory.growth > MAX_GROWTH) faults.push(`memory is not flat: ${percent(run.memory.growth)}`);
  if (run.storage.growth > MAX_GROWTH) faults.push(`storage is not flat: ${percent(run.storage.growth)}`);
  return faults;
}

/**
 * Writes the report.
 *
 * @param machine properties of the machine that it ran on, as name and value
 * @param date of the run, YYYY-MM-DD
 */
export function writeSoakReport(
  run: SoakRun,
  machine: readonly (readonly [what: string, value: string])[],
  date: string,
): string {
  const faults = findSoakFaults(run);
  const verdict = faults.length === 0 ? "通过 / passed" : `**${faults.length} 处不符 / violations**`;
  return [
    "# 浸泡 / Soak",
    "",
    `\`npm run test:long -- --soak --minutes ${run.minutes} --seed ${run.seed}\`, ${date}: **${run.days} 天 / days**, ${verdict}.`,
    "",
    "怎么跑、时钟怎么加快：[long-proof](../design/long-proof.md)。 / How it runs and how its clock is sped up: [long-proof](../design/long-proof.md).",
    "",
    ...table(["机器 / machine", ""], machine),
    ...table(
      ["经过 / run", "", "必须 / must be"],
      [
        ["用时 / time", `${run.minutes} min`, ""],
        ["过去的天数 / days gone by", run.days, ""],
        ["RETENTION_DAYS", run.retentionDays, ""],
        ["推送 / pushes", run.pushes, ""],
        ["已应答 / acknowledged", run.acknowledged, "全部 / all"],
        ["已回复 / answered", run.answered, "全部 / all"],
        ["重复的回复 / duplicates (a day's jump in the midst of a send)", run.duplicates, ""],
        ["最旧一行的年龄 / oldest row", days(run.oldestDays), `≤ ${run.oldestAllowedDays}`],
        ["久未出现的用户 / users who stayed away", run.gone, "> 0"],
        ["其中仍有存储 / of these still stored", run.goneButStored, "0"],
      ],
    ),
    ...table(
      [
        "热身之后 / after the warm-up",
        "中位数 / median",
        "每小时 / per hour",
        "到结束时增长 / growth to the end",
        "必须 / must be",
      ],
      [
        ["workerd 内存 RSS / memory of workerd", ...trendCells(run.memory)],
        ["全部会话的数据库 / all conversations' databases", ...trendCells(run.storage)],
      ],
    ),
    ...table(["第几天 / day", "内存 / memory MiB", "存储 / storage MiB"], run.course),
    ...(faults.length === 0 ? [] : ["## 不符 / Violations", "", ...faults.map((fault) => `- ${fault}`), ""]),
  ].join("\n");
}

function trendCells({ median, perHour, growth }: Trend): readonly [string, string, string, string] {
  return [mebibytes(median), mebibytes(perHour), percent(growth), `≤ ${percent(MAX_GROWTH)}`];
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function days(count: number): string {
  return `${count.toFixed(1)} d`;
}
