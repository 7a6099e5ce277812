/** The arguments of `npm test`, and those that vitest gets. */

/** Where the tests run. */
export interface TestPlace {
  /** The branch that is checked out; undefined when there is none. */
  readonly branch: string | undefined;
  /** Whether the output is a terminal. */
  readonly isTerminal: boolean;
}

/** The branch that changes are compared with. */
const MAIN = "main";

/**
 * Returns vitest's arguments. `--changed` alone compares with `main`, and on `main` itself with the last commit. In a
 * terminal only failures and one progress line are printed, unless a reporter is named.
 */
export function testArguments(args: readonly string[], { branch, isTerminal }: TestPlace): readonly string[] {
  const since = branch === undefined || branch === MAIN ? "--changed" : `--changed=${MAIN}`;
  const isReporterNamed = args.some((arg) => /^--reporters?(=|$)/.test(arg));
  return [
    ...args.map((arg) => (arg === "--changed" ? since : arg)),
    ...(isTerminal && !isReporterNamed ? [QUIET_REPORTER] : []),
  ];
}

/** The reporter for a terminal. */
export const QUIET_REPORTER = "--reporter=./scripts/lib/quiet-reporter.ts";
