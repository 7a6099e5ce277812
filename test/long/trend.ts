/**
 * Whether a series of readings is flat. The slope is Theil and Sen's, the median of the slopes between all pairs: a few
 * readings taken before or after a garbage collection do not change it. Pure.
 */

/** One reading. */
export interface Reading {
  /** Machine time, epoch ms. */
  readonly at: number;
  readonly value: number;
}

/** The trend of a series. */
export interface Trend {
  readonly median: number;
  readonly perHour: number;
  /** The slope over the whole series, as a part of the median: 0.1 is 10 % more at its end. */
  readonly growth: number;
}

const HOUR_MS = 3_600_000;

/** @throws RangeError with fewer than two readings */
export function findTrend(readings: readonly Reading[]): Trend {
  const [first] = readings;
  const last = readings.at(-1);
  if (first === undefined || last === undefined || first.at === last.at) {
    throw new RangeError("a trend needs two readings at different times");
  }
  const slopes = readings.flatMap((from, index) =>
    readings.slice(index + 1).flatMap((to) => (to.at > from.at ? (to.value - from.value) / (to.at - from.at) : [])),
  );
  const slope = medianOf(slopes);
  const median = medianOf(readings.map(({ value }) => value));
  return { median, perHour: slope * HOUR_MS, growth: median === 0 ? 0 : (slope * (last.at - first.at)) / median };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (lower + upper) / 2;
}
