/**
 * Formats results and tables of mutants: for the terminal, as JSON, and for docs/test-matrix.md.
 */
import { MUTANTS, mutantsOf, TABLES } from "../../test/mutants/index.ts";
import type { Mutant } from "../../test/mutants/mutant.ts";
import { OLD_FAULTS } from "../../test/mutants/old-faults.ts";
import { PROMISES } from "../../test/promises.ts";
import type { Verdict } from "./verdict.ts";

/** A mutant with its result. */
export interface MutantResult {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
  readonly ms: number;
}

/** Formats one line: whether the mutant was killed, how, and how long it took. */
export function toLine({ mutant, verdict, ms }: MutantResult): string {
  const mark = verdict.state === "killed" ? "✓" : "✗";
  return `${mark} ${mutant.name}: ${describe(verdict)} (${(ms / 1_000).toFixed(1)} s)`;
}

/**
 * Formats the summary of a run: the counts of every table, and each surviving mutant with the behaviour that it would
 * break.
 */
export function toSummary(results: readonly MutantResult[]): string {
  const lines = TABLES.flatMap(({ rule, mutants }) => {
    const ran = results.filter(({ mutant }) => mutants.includes(mutant));
    if (ran.length === 0) return [];
    const killed = ran.filter(isKilled).length;
    return [`${killed === ran.length ? "✓" : "✗"} ${killed}/${ran.length}  ${rule}`];
  });
  const wrong = results.filter((result) => !isKilled(result)).flatMap(toComplaint);
  const killed = results.filter(isKilled).length;
  const total = `${killed} of ${results.length} mutants killed / ${results.length} 个变异体中有 ${killed} 个被测试发现`;
  return ["", "Mutants / 变异体", ...lines, ...wrong, "", total].join("\n");
}

/** Formats the results as JSON. */
export function toJson(results: readonly MutantResult[]): string {
  const mutants = results.map(({ mutant, verdict, ms }) => {
    const { name, breaks, fault, file, symbol, killedBy } = mutant;
    return { name, breaks, fault, file, symbol, test: `test/${killedBy[0]}`, ms: Math.round(ms), ...verdict };
  });
  return JSON.stringify({ ok: results.every(isKilled), mutants }, undefined, 2);
}

/** Returns whether a test failed because of the mutant. */
export function isKilled({ verdict }: MutantResult): boolean {
  return verdict.state === "killed";
}

/**
 * Formats the tables of docs/test-matrix.md: promise → tests → mutants, then the other rules, then the faults of 0.1.0.
 */
export function toMatrix(): string {
  const promises = PROMISES.flatMap(({ id, promise, tests }) => {
    const named = tests.map(
      ([file, name]) => `\`${file.replace(/\.test\.ts$/, "")}\`${name === "" ? "" : ` «${name} …»`}`,
    );
    return [`### ${id}. ${promise}`, `Tests: ${named.join(", ")}.`, toTable(mutantsOf(id))];
  });
  const rules = TABLES.filter(({ promise }) => promise === undefined).flatMap(({ rule, mutants }) => [
    `### ${rule}`,
    toTable(mutants),
  ]);
  const faults = Object.entries(OLD_FAULTS).map(([fault, words]) => {
    const names = MUTANTS.filter((mutant) => mutant.fault === fault).map(({ name }) => name);
    return `- ${words}: ${names.join(", ")}`;
  });
  return [
    ...promises,
    "## Other rules, and their mutants",
    ...rules,
    "### The faults of 0.1.0",
    faults.join("\n"),
  ].join("\n\n");
}

function describe(verdict: Verdict): string {
  switch (verdict.state) {
    case "killed":
      return `killed by ${verdict.by === "assertion" ? "an assertion" : "a timeout"} of «${verdict.test}»`;
    case "survived":
      return "SURVIVED";
    case "crashed":
      return `CRASHED, which proves nothing: ${verdict.why}`;
    case "unnamed":
      return "NO TEST with that name ran";
  }
}

function toComplaint(result: MutantResult): readonly string[] {
  const { file, symbol, breaks, killedBy } = result.mutant;
  return [
    "",
    toLine(result),
    `    ${breaks} (${file}, ${symbol})`,
    `    test/${killedBy[0]} «${killedBy[1]} …» should have failed`,
  ];
}

/** Formats a table in the formatter's style: columns as wide as their widest cell. */
function toTable(mutants: readonly Mutant[]): string {
  const rows = [
    ["Mutant", "What goes wrong", "Killed by"],
    ...mutants.map(({ name, breaks, killedBy: [file] }) => [name, breaks, `\`${file.replace(/\.test\.ts$/, "")}\``]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const toRow = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [toRow(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(toRow)].join("\n");
}
