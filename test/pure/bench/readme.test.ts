/** The figures of both READMEs are those of the committed report. */
import { readFileSync } from "node:fs";
import * as v from "valibot";
import { describe, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

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
  "f.gzip",
  "f.start",
  "g.users",
  "g.records",
];

const Report = v.object({
  machine: v.object({ date: v.string() }),
  rows: v.array(v.object({ id: v.string(), measured: v.string(), met: v.optional(v.boolean()) })),
});

describe("the figures of the READMEs", () => {
  const report = v.parse(Report, JSON.parse(read("bench/report.json")));
  const rows = SHOWN.map((id) => report.rows.find((row) => row.id === id));

  it.for([
    ["README.md", "\n## Speed\n"],
    ["README.zh-CN.md", "\n## 性能\n"],
  ] as const)("%s has those of the report, and what was missed", ([file, heading], { expect }) => {
    const [, section = ""] = read(file).split(heading);
    const [text = ""] = section.split("\n## ");
    const cells = text
      .split("\n")
      .flatMap((line) => (/^\| (?!-)/.test(line) ? [line.split("|").map((c) => c.trim())] : []));
    const shown = cells.slice(1).map(([, , median = "", , met]) => [median.split(" (")[0], met]);
    expect(shown).toEqual(rows.map((row) => [row?.measured, row?.met === true ? "✓" : "✗"]));
    expect(text).toContain(report.machine.date);
  });
});
