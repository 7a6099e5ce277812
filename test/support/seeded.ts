/**
 * Reproducible random choices: a small seeded generator (mulberry32). The same seed gives the same choices on every
 * machine.
 */

/** A sequence of random choices. */
export interface Seeded {
  /** Returns a number in [0, 1). */
  real(): number;
  /** Returns a whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** Returns true with this probability. */
  chance(probability: number): boolean;
  /** Returns a random element of a list that must not be empty. */
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Returns the same elements in a random order. */
  shuffle<T>(list: readonly T[]): readonly T[];
}

/**
 * Creates a sequence.
 *
 * @param seed any whole number
 * @param branch independent sequences of one seed have different branches
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
