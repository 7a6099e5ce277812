/** The progress line of a test run. */

/** Deletes the line on which the cursor is, and moves the cursor to its start. */
export const CLEAR_LINE = "\r\u001B[2K";

/** The counts of a test run. */
export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

/** Returns the line, which replaces the one before; it has no line break, so that it can be replaced in turn. */
export function progressLine({ done, total, failed }: Progress): string {
  return `${CLEAR_LINE}${done}/${total} files, ${failed} ${failed === 1 ? "failure" : "failures"}`;
}

/**
 * Returns what a file adds to the failures besides its failed tests: 1 when it failed without one, because it cannot be
 * imported or a hook failed.
 */
export function countFileFailure(state: string, failedTests: number): 0 | 1 {
  return state === "failed" && failedTests === 0 ? 1 : 0;
}
