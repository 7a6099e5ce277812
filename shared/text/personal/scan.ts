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
  /** For each run the numbers that begin with it, longest first. */
  readonly candidates: readonly (readonly Candidate[])[];
  /** 1 for each unit that a detector has matched. */
  readonly taken: Uint8Array;
}

/** A number in one run, or in several separated by one kind of separator. */
export interface Candidate {
  /** Without the separators. */
  readonly text: string;
  /** The lengths of its runs. */
  readonly groups: readonly number[];
  /** Whether its runs are separated by spaces or dashes, if at all, and not by a dot or another character. */
  readonly isUsual: boolean;
  /**
   * Whether the candidate begins after a digit and a separator other than white space, so that it may be a part of a
   * number.
   */
  readonly isInside: boolean;
  /** Whether the candidate consists of the digits of a run that also contains letters. */
  readonly isPart: boolean;
  readonly start: number;
  readonly end: number;
  /** The index of its last run. */
  readonly lastRun: number;
}

/** The maximum length of a number, characters: that of the longest bank card. */
export const MAX_DIGITS = 19;
/** The minimum number of digits: a landline number with its area code. */
const MIN_DIGITS = 10;

const RUN = /[0-9a-z]+/g;
/** The x is the check digit of an identity card. */
const NUMBER = /^\d+x?$/;
/** The digits of a run with letters that are long enough for a card. */
const PART = /(?<!\d)(?:\d{17}x(?![0-9a-z])|\d{16,19}(?!\d))/g;
const GAP = /^[\s\-‐‒–—−()·._/]{1,3}$/;
const BRACKETS_AND_SPACE = /[\s()]/g;
const DASH = /[‐‒–—−]/g;
/** A digit, or the star of a masked one, and a separator. */
const INSIDE = /[0-9*][-‐‒–—−·._/]$/;
/** The first group of a number after which another kind of separator may follow: country code, area code. */
const CODE = /^(?:(?:00)?86|0\d{2,3})$/;
/** The number of characters before a number that are searched for a word that names it. */
const CONTEXT_LENGTH = 16;

/** Finds the runs of a folded text, and the numbers that they form. */
export function createScan(text: string): Scan {
  const runs = Array.from(text.matchAll(RUN), ({ 0: run, index: start }): Run => {
    const end = start + run.length;
    return { text: run, start, end, isWhole: text[start - 1] !== "*" && text[end] !== "*" };
  });
  const separators = runs.map((run, index) => separatorBetween(text, runs[index - 1], run));
  const candidates = runs.map((_, first) => candidatesFrom(text, runs, separators, first));
  return { text, runs, candidates, taken: new Uint8Array(text.length) };
}

/** Returns the runs that no detector has matched. */
export function freeRuns({ runs, taken }: Scan): readonly Run[] {
  return runs.filter((run) => taken[run.start] === 0);
}

/** Returns the numbers that begin with a run, longest first. */
function candidatesFrom(
  text: string,
  runs: readonly Run[],
  separators: readonly (string | undefined)[],
  first: number,
): readonly Candidate[] {
  const candidates: Candidate[] = [];
  const groups: number[] = [];
  let digits = "";
  let separator = "";
  let isUsual = true;
  let start: number | undefined;
  for (const run of runs.slice(first, first + MAX_DIGITS)) {
    if (!NUMBER.test(run.text)) return groups.length === 0 ? partsOf(run, first) : candidates;
    if (digits.length + run.text.length > MAX_DIGITS) break;
    if (groups.length > 0) {
      const next = separators[first + groups.length];
      if (next === undefined || (next !== "" && separator !== "" && next !== separator)) break;
      isUsual &&= next === "" || next === " " || next === "-";
      // A bracket may be combined with any separator.
      if (groups.length > 1 || !CODE.test(digits)) separator ||= next;
    }
    start ??= run.start;
    digits += run.text;
    groups.push(run.text.length);
    if (digits.length >= MIN_DIGITS) {
      candidates.unshift({
        text: digits,
        groups: [...groups],
        isUsual,
        isInside: INSIDE.test(text.slice(Math.max(0, start - 2), start)),
        isPart: false,
        start,
        end: run.end,
        lastRun: first + groups.length - 1,
      });
    }
    if (run.text.endsWith("x")) break;
  }
  return candidates;
}

/** Returns the position of each character of a candidate. */
export function unitsOf({ runs }: Scan, { start, end, lastRun, groups }: Candidate): readonly number[] {
  return runs.slice(lastRun + 1 - groups.length, lastRun + 1).flatMap((run) => {
    const [from, to] = [Math.max(start, run.start), Math.min(end, run.end)];
    return Array.from({ length: to - from }, (_, unit) => from + unit);
  });
}

/** Returns the long numbers in a run with letters. */
function partsOf(run: Run, index: number): readonly Candidate[] {
  return Array.from(run.text.matchAll(PART), ({ 0: text, index: at }) => {
    const start = run.start + at;
    const shape = { groups: [text.length], isUsual: true, isInside: false, isPart: true };
    return { ...shape, text, start, end: start + text.length, lastRun: index };
  });
}

/**
 * Returns whether one of these words is directly before a position, with at most "number is" or the like between them.
 */
export function hasWordBefore(text: string, start: number, word: RegExp): boolean {
  return word.test(text.slice(Math.max(0, start - CONTEXT_LENGTH), start));
}

/**
 * Creates the expression for {@link hasWordBefore}: it matches a text that ends with one of the words, with at most six
 * connecting words or marks after it.
 */
export function wordBefore(words: string): RegExp {
  return new RegExp(`(?:${words})(?:号码|号|码|是|为|[\\s:,、()【\\[「“"-]){0,6}$`);
}

/** Returns the text with a star in place of each matched unit. */
export function restOf({ text, taken }: Scan): string {
  let rest = "";
  for (let unit = 0; unit < text.length; unit += 1) rest += taken[unit] === 0 ? text.charAt(unit) : "*";
  return rest;
}

/**
 * Returns the separator of two runs: a character, or an empty text for a bracket; undefined when they do not belong to
 * one number.
 */
function separatorBetween(text: string, left: Run | undefined, right: Run): string | undefined {
  if (left === undefined || !left.isWhole || !right.isWhole || right.start - left.end > 3) return undefined;
  const gap = text.slice(left.end, right.start);
  if (!GAP.test(gap)) return undefined;
  const marks = new Set(gap.replaceAll(BRACKETS_AND_SPACE, "").replaceAll(DASH, "-"));
  if (marks.size > 1) return undefined;
  const [mark] = marks;
  return mark ?? (/[()]/.test(gap) ? "" : " ");
}
