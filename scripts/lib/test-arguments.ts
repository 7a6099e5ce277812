/** The arguments of `npm test`, and those that vitest gets. */

/** Where the tests run. */
export interface TestPlace {
  /** The branch that is checked out; undefined when there is none. */
  readonly branch: string | undefined;
  /** Whether the clone has a local branch `main`. */
  readonly hasMain: boolean;
  /** Whether the output is a terminal. */
  readonly isTerminal: boolean;
}

const CHANGED = "--changed";
/** The branch that changes are compared with. */
const MAIN = "main";

/**
 * Returns vitest's arguments. `--changed` alone compares with `main`; on `main` itself, and in a clone without it,
 * with the last commit. In a terminal only failures and one progress line are printed, unless a reporter is named.
 */
export function testArguments(args: readonly string[], place: TestPlace): readonly string[] {
  const { hasMain, isTerminal } = place;
  const since = isOnBranch(place) && hasMain ? `${CHANGED}=${MAIN}` : CHANGED;
  const isReporterNamed = args.some((arg) => /^--reporters?(=|$)/.test(arg));
  return [
    ...args.map((arg) => (arg === CHANGED ? since : arg)),
    ...(isTerminal && !isReporterNamed ? [QUIET_REPORTER] : []),
  ];
}

/** Returns a sentence when `--changed` compares a branch with its last commit because there is no local `main`. */
export function noteOfChanges(args: readonly string[], place: TestPlace): string | undefined {
  if (!args.includes(CHANGED) || !isOnBranch(place) || place.hasMain) return undefined;
  return `there is no local branch ${MAIN}: only changes since the last commit count (git fetch origin ${MAIN}:${MAIN} creates it)`;
}

function isOnBranch({ branch }: TestPlace): boolean {
  return branch !== undefined && branch !== MAIN;
}

/** The reporter for a terminal. */
export const QUIET_REPORTER = "--reporter=./scripts/lib/quiet-reporter.ts";
