/**
 * A folded text taken apart for the detectors: its runs of letters and digits, what was found in it so far, and the
 * numbers that neighbouring runs make together. No step depends on the length of the text: a number has at most
 * `MAX_DIGITS` characters, so from each run at most as many runs are looked at.
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

/** What a detector found in the folded text. `company`: not personal, and no part of it is anything else. */
export interface Hit {
  readonly kind: PersonalKind | "company";
  /** The first unit that is replaced. */
  readonly start: number;
  readonly end: number;
  /** What replaces it: texts, and units that are kept; absent: a star for each character. */
  readonly mask?: readonly (string | number)[];
}

/** A run of letters a–z and digits; between two runs is at least one other character. */
export interface Run {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Not beside a star: else it may be what a mask left of a number. */
  readonly isWhole: boolean;
}

/** A text being searched. */
export interface Scan {
  /** Folded. */
  readonly text: string;
  readonly runs: readonly Run[];
  /** 1 for each unit that a detector has found. */
  readonly taken: Uint8Array;
}

/** A number in one run, or in several with spaces, dashes or brackets between them. */
export interface Candidate {
  /** Without what is between the runs. */
  readonly text: string;
  /** Where each character of `text` is. */
  readonly units: readonly number[];
  readonly start: number;
  readonly end: number;
  /** The index of its last run. */
  readonly lastRun: number;
}

/** The most characters a number has: the longest bank card. */
export const MAX_DIGITS = 19;

const RUN = /[0-9a-z]+/g;
/** The x is the check digit of an identity card. */
const NUMBER = /^\d+x?$/;
const GAP = /^[ \-‐–—()]{1,3}$/;
/** The characters before a number in which its word is looked for. */
const CONTEXT_LENGTH = 16;

/** Takes a folded text apart. */
export function createScan(text: string): Scan {
  const runs = Array.from(text.matchAll(RUN), ({ 0: run, index: start }): Run => {
    const end = start + run.length;
    return { text: run, start, end, isWhole: text[start - 1] !== "*" && text[end] !== "*" };
  });
  return { text, runs, taken: new Uint8Array(text.length) };
}

/** The runs that no detector has found. */
export function freeRuns({ runs, taken }: Scan): readonly Run[] {
  return runs.filter((run) => taken[run.start] === 0);
}

/** The numbers that begin with a run, longest first. */
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

/** Whether one of these words, and nothing but "number is" and the like, is before a position. */
export function hasWordBefore(text: string, start: number, word: RegExp): boolean {
  return word.test(text.slice(Math.max(0, start - CONTEXT_LENGTH), start));
}

/** Matches the end of a text that has one of the words, for {@link hasWordBefore}. */
export function wordBefore(words: string): RegExp {
  return new RegExp(`(?:${words})(?:号码|号|码|是|为|[\\s:,、()-]){0,6}$`);
}

/** The text with a star in place of each unit that was found. */
export function restOf({ text, taken }: Scan): string {
  let rest = "";
  for (let unit = 0; unit < text.length; unit += 1) rest += taken[unit] === 0 ? text.charAt(unit) : "*";
  return rest;
}

function isPair(text: string, left: Run, right: Run): boolean {
  return left.isWhole && right.isWhole && right.start - left.end <= 3 && GAP.test(text.slice(left.end, right.start));
}
