/** Versions of WeChat's base library (WECHAT.md §9.4: compared as numbers, never as text). */

const PARTS = 3;

/**
 * Compares two versions such as `2.9.0` and `2.19.0`. A part that is missing or not a number counts as 0.
 *
 * @returns below 0 when `a` is older, 0 when equal, above 0 when `a` is newer
 */
export function compareVersions(a: string, b: string): number {
  const left = toParts(a);
  const right = toParts(b);
  for (let index = 0; index < PARTS; index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function toParts(version: string): readonly number[] {
  return version.split(".").map((part) => Number.parseInt(part, 10) || 0);
}
