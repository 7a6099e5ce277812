/** The figures in the READMEs and on the reports page equal those of the committed reports. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, it } from "vitest";
import { PRICES } from "../../../bench/cost.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

const READMES = ["README.md", "README.en.md"];
const REPORTS = "docs/reports/README.md";

/** The rows of the table, in order. */
const SHOWN = [
  "a.stored",
  "a.decided",
  "b.acknowledged",
  "b.p99",
  "c.stored",
  "d.whole",
  "d.sketch",
  "e.rows.mix",
  "e.price.mix",
  "e.free.mix",
  "f.start",
  "g.users",
  "g.records",
];

const Report = v.object({
  machine: v.object({ date: v.string() }),
  rows: v.array(v.object({ id: v.string(), measured: v.string(), met: v.optional(v.boolean()) })),
});

const report = v.parse(Report, JSON.parse(read("bench/report.json")));

function rowOf(id: string): { readonly measured: string; readonly met?: boolean | undefined } {
  const row = report.rows.find((candidate) => candidate.id === id);
  if (row === undefined) throw new Error(`the report has no row ${id}`);
  return row;
}

/** The text under a heading, up to the next one. */
function sectionOf(markdown: string, heading: string): string {
  const [, section = ""] = markdown.split(`\n${heading}\n`);
  return section.split(/\n##+ /)[0] ?? "";
}

/** Finds the number of a report's row that begins with this text, with or without its thousands' comma. */
function figure(path: string, row: string): RegExp {
  const line = read(path)
    .split("\n")
    .find((text) => text.startsWith(`| ${row}`));
  const [, , cell = ""] = (line ?? "").split("|").map((text) => text.trim());
  const [number] = /^\d+/.exec(cell) ?? [];
  if (number === undefined) throw new Error(`${path} has no row ${row}`);
  return new RegExp(`(?<![\\d,])(?:${Number(number).toLocaleString("en")}|${number})(?![\\d,])`);
}

describe("the figures of the bench", () => {
  it.for(["### 性能", "### Speed"])(
    "are those of the report, and missed budgets are marked: %s",
    (heading, { expect }) => {
      const text = sectionOf(read(REPORTS), heading);
      const cells = text
        .split("\n")
        .flatMap((line) => (/^\| (?!-)/.test(line) ? [line.split("|").map((c) => c.trim())] : []));
      const shown = cells.slice(1).map(([, , median = "", , met]) => [median.split(" (")[0], met]);
      expect(shown).toEqual(SHOWN.map((id) => [rowOf(id).measured, rowOf(id).met === true ? "✓" : "✗"]));
      expect(text).toContain(report.machine.date);
    },
  );

  it.for([
    ["README.md", "## 费用"],
    ["README.en.md", "## Cost"],
    [REPORTS, "### 费用"],
    [REPORTS, "### Cost"],
  ] as const)("are those of the report where %s says the cost: %s", ([path, heading], { expect }) => {
    const text = sectionOf(read(path), heading);
    for (const id of ["e.free.alone", "e.month.1m", "e.month.10m"]) expect(text).toContain(rowOf(id).measured);
    const burst = PRICES.rowsWritten.freePerDay / Number(rowOf("e.rows.burst").measured);
    expect(text).toContain(burst.toLocaleString("en"));
  });

  it.for([
    ["README.md", (all: number, missed: number) => `${all} 项性能预算里有 ${missed} 项未达标`],
    ["README.en.md", (all: number, missed: number) => `of ${all} budgets ${missed} are missed`],
  ] as const)("are those of the report where %s judges", ([path, judge], { expect }) => {
    const text = read(path);
    expect(text).toContain(rowOf("d.whole").measured);
    const budgets = report.rows.filter(({ met }) => met !== undefined);
    expect(SHOWN).toEqual(expect.arrayContaining(budgets.filter(({ met }) => met === false).map(({ id }) => id)));
    expect(text).toContain(judge(SHOWN.length, SHOWN.filter((id) => rowOf(id).met !== true).length));
  });
});

describe("the figures of the long runs", () => {
  const kills = "docs/reports/kills.md";
  const soak = "docs/reports/soak.md";

  it.for(["### 强杀与长时间运行", "### Kills and the long run"])(
    "are those of the reports: %s",
    (heading, { expect }) => {
      const text = sectionOf(read(REPORTS), heading);
      for (const row of ["SIGKILL", "收到应答的推送", "其中重复一次"]) expect(text).toMatch(figure(kills, row));
      for (const row of ["推送", "过去的天数"]) expect(text).toMatch(figure(soak, row));
    },
  );

  it.for(READMES)("are those of the reports in %s", (readme, { expect }) => {
    for (const row of ["SIGKILL", "收到应答的推送"]) expect(read(readme)).toMatch(figure(kills, row));
  });
});
