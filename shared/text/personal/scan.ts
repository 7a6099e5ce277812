/**
 * Prepares a folded text for the detectors: its runs of letters and digits, the parts already found, and the numbers
 * that adjacent runs form together. A number has at most `MAX_DIGITS` characters, so the work per run does not depend
 * on the length of the text.
 */

/** Kinds of personal data. */
export type PersonalKind =
  | "id-card"
  | "bank-card"
  | "mobile"
  | "email"
  | "landline"
  | "plate"
  | "travel-document"
  | "code"
  | "address"
  | "name";

/**
 * A match of a detector in the folded text. `company`: not personal data, and no other detector may match a part of it.
 */
export interface Hit {
  readonly kind: PersonalKind | "company";
  /** The first unit that is replaced. */
  readonly start: number;
  readonly end: number;
  /** The replacement: texts, and positions of units that are kept; absent: a star for each character. */
  readonly mask?: readonly (string | number)[];
}

/** A run of letters a–z and digits; two runs are separated by at least one other character. */
export interface Run {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** False next to a star: the run may then be the rest of a masked number. */
  readonly isWhole: boolean;
}

/** A text being searched. */
export interface Scan {
  /** The folded text. */
  readonly text: string;
  readonly runs: readonly Run[];
  /** 1 for each unit that a detector has matched. */
  readonly taken: Uint8Array;
}

/** A number in one run, or in several separated by spaces, dashes or brackets. */
export interface Candidate {
  /** Without the separators. */
  readonly text: string;
  /** The position of each character of `text`. */
  readonly units: readonly number[];
  readonly start: number;
  readonly end: number;
  /** The index of its last run. */
  readonly lastRun: number;
}

/** The maximum length of a number, characters: that of the longest bank card. */
export const MAX_DIGITS = 19;

const RUN = /[0-9a-z]+/g;
/** The x is the check digit of an identity card. */
const NUMBER = /^\d+x?$/;
const GAP = /^[ \-‐–—()]{1,3}$/;
/** The number of characters before a number that are searched for a word that names it. */
const CONTEXT_LENGTH = 16;

/** Finds the runs of a folded text. */
export function createScan(text: string): Scan {
  const runs = Array.from(text.matchAll(RUN), ({ 0: run, index: start }): Run => {
    const end = start + run.length;
    return { text: run, start, end, isWhole: text[start - 1] !== "*" && text[end] !== "*" };
  });
  return { text, runs, taken: new Uint8Array(text.length) };
}

/** Returns the runs that no detector has matched. */
export function freeRuns({ runs, taken }: Scan): readonly Run[] {
  return runs.filter((run) => taken[run.start] === 0);
}

/** Returns the numbers that begin with a run, longest first. */
export function candidatesFrom({ text, runs, taken }: Scan, first: number): readonly Candidate[] {
  const candidates: Candidate[] = [];
  let digits = "";
  const units: number[] = [];
  for (const [offset, run] of runs.slice(first, first + MAX_DIGITS).entries()) {
    const previous = runs[first + offset - 1];
    const isJoined = offset === 0 || (previous !== undefined && isPair(text, previous, run));
    const isFree = taken[run.start] === 0;
    if (!isJoined || !isFree || digits.length + run.text.length > MAX_DIGITS || !NUMBER.test(run.text)) break;
    digits += run.text;
    for (let unit = run.start; unit < run.end; unit += 1) units.push(unit);
    candidates.unshift({
      text: digits,
      units: [...units],
      start: units[0] ?? run.start,
      end: run.end,
      lastRun: first + offset,
    });
    if (run.text.endsWith("x")) break;
  }
  return candidates;
}

/**
 * Returns whether one of these words is directly before a position, with at most "number is" or the like between them.
 */
export function hasWordBefore(text: string, start: number, word: RegExp): boolean {
  return word.test(text.slice(Math.max(0, start - CONTEXT_LENGTH), start));
}

/** Creates the expression for {@link hasWordBefore}: it matches a text that ends with one of the words. */
export function wordBefore(words: string): RegExp {
  return new RegExp(`(?:${words})(?:号码|号|码|是|为|[\\s:,、()-]){0,6}$`);
}

/** Returns the text with a star in place of each matched unit. */
export function restOf({ text, taken }: Scan): string {
  let rest = "";
  for (let unit = 0; unit < text.length; unit += 1) rest += taken[unit] === 0 ? text.charAt(unit) : "*";
  return rest;
}

function isPair(text: string, left: Run, right: Run): boolean {
  return left.isWhole && right.isWhole && right.start - left.end <= 3 && GAP.test(text.slice(left.end, right.start));
}
