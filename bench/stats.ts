/**
 * The statistics of the bench. Ratios are computed per round, between runs close in time, and their median is reported:
 * a disturbance of the machine affects both runs equally.
 */

/** A median with the values it was computed from. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly samples: number;
}

/**
 * Returns the value below which a fraction of the values lies, by linear interpolation.
 *
 * @param part the fraction, 0 to 1
 * @throws Error without values
 */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new Error("an empty list of values has no quantile");
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const below = sorted[Math.floor(at)] ?? Number.NaN;
  const above = sorted[Math.ceil(at)] ?? Number.NaN;
  return below + (above - below) * (at - Math.floor(at));
}

/** Returns the median, the lowest and the highest value, and the number of values. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    min: quantile(values, 0),
    max: quantile(values, 1),
    samples: values.length,
  };
}

/**
 * Returns the median, the lowest and the highest of the ratios of two series, round by round.
 *
 * @throws Error for series of unequal length: they do not belong to the same rounds
 */
export function ratiosOf(numerators: readonly number[], denominators: readonly number[]): Spread {
  if (numerators.length !== denominators.length) throw new Error("the two series must be of the same rounds");
  return spreadOf(numerators.map((value, round) => value / (denominators[round] ?? Number.NaN)));
}
