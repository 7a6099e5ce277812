/** A fault of version 0.1.0 with tests that show it. */
export interface Regression {
  /** Where it stands in the list of faults. */
  readonly point: string;
  /** The tests' file, from `test/`. */
  readonly file: string;
  /** The beginnings of their full names. */
  readonly names: readonly string[];
}
