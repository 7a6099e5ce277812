/**
 * Choices that can be repeated: a small seeded generator (mulberry32). The same seed gives the same choices on every
 * machine.
 */

/** A stream of choices. */
export interface Seeded {
  /** A number in [0, 1). */
  real(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** Whether something of this probability happens. */
  chance(probability: number): boolean;
  /** One of a list that is not empty. */
  pick<T>(list: readonly [T, ...T[]]): T;
  /** The same things in another order. */
  shuffle<T>(list: readonly T[]): readonly T[];
}

/**
 * Opens a stream.
 *
 * @param seed any whole number
 * @param branch streams of one seed that must not depend on each other have branches of their own
 */
export function seeded(seed: number, branch = 0): Seeded {
  let state = (seed ^ Math.imul(branch, 0x9e3779b1)) | 0;
  const real = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (min: number, max: number): number => min + Math.floor(real() * (max - min + 1));
  return {
    real,
    int,
    chance: (probability) => real() < probability,
    pick: (list) => list[int(0, list.length - 1)] ?? list[0],
    shuffle: (list) =>
      list
        .map((item) => ({ item, at: real() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ item }) => item),
  };
}
