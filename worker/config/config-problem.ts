/** One problem of the set-up. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly cure: string;
}
