/** The lines of the report: the measured figure, its budget (docs/design/bench.md), and whether the budget is met. */
import type { Spread } from "./stats.ts";

/** One line. */
export interface BenchRow {
  /** The row of the budget in docs/design/bench.md, and a name within it: `a.answered`. */
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  /** The figure, with its unit. */
  readonly measured: string;
  /** The range over the rounds; empty for figures that are the same in every run. */
  readonly spread: string;
  /** The budget with its unit; empty for rows without a budget. */
  readonly budget: string;
  /** Whether the budget is met; absent without a budget. */
  readonly met?: boolean;
  /** Whether the stricter target of the budget was reached; absent without one. */
  readonly aim?: boolean;
}

/** The budget of a figure: an upper or a lower limit. */
export interface Budget {
  readonly limit: number;
  readonly side: "at most" | "at least";
  /** A stricter target in the same direction. */
  readonly aim?: number;
}

/** The format of a figure. */
export type Format = (value: number) => string;

/** Formats a ratio. */
export const times: Format = (value) => `${value.toFixed(2)}×`;
/** Formats microseconds. */
export const micros: Format = (value) => `${value < 20 ? value.toFixed(1) : value.toFixed(0)} µs`;
/** Formats milliseconds. */
export const millis: Format = (value) => `${value.toFixed(1)} ms`;

/** Returns whether a figure is within the limit of a budget. */
export function isWithin(value: number, budget: Budget, limit = budget.limit): boolean {
  return budget.side === "at most" ? value <= limit : value >= limit;
}

/** Builds a line whose figure is the median of several rounds. */
export function toRow(
  line: Pick<BenchRow, "id" | "zh" | "en">,
  spread: Spread,
  format: Format,
  budget?: Budget,
): BenchRow {
  const { median, min, max } = spread;
  const measured = { measured: format(median), spread: spread.samples > 1 ? `${format(min)} – ${format(max)}` : "" };
  if (budget === undefined) return { ...line, ...measured, budget: "" };
  const sign = budget.side === "at most" ? "≤" : "≥";
  const aimed = budget.aim === undefined ? "" : ` (${format(budget.aim)})`;
  return {
    ...line,
    ...measured,
    budget: `${sign} ${format(budget.limit)}${aimed}`,
    met: isWithin(median, budget),
    ...(budget.aim !== undefined && { aim: isWithin(median, budget, budget.aim) }),
  };
}

/** Builds a line whose figure is counted, not measured: it is the same in every run. */
export function exactRow(
  line: Pick<BenchRow, "id" | "zh" | "en">,
  value: number,
  format: Format,
  budget?: Budget,
): BenchRow {
  return toRow(line, { median: value, min: value, max: value, samples: 1 }, format, budget);
}
