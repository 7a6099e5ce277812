/** One problem of the configuration. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly cure: string;
}
