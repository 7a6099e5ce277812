/**
 * Problems of a team's settings, described so that they can be fixed without reading code: path, problem and fix. They
 * quote at most a short part of the input's keys, because settings contain the team's own texts.
 */
import * as v from "valibot";

/** One problem of the settings. */
export interface SettingsProblem {
  /**
   * `missing`: a required entry is absent · `unknown_field`: an entry that is not used, usually a misspelling ·
   * `duplicate`: an id or date that occurs twice · `invalid`: anything else · `more`: there are further problems.
   */
  readonly reason: "missing" | "unknown_field" | "duplicate" | "invalid" | "more";
  /** Dotted path of the entry, `rules.0.match.words`; empty for the settings as a whole. */
  readonly path: string;
  /** What is wrong with the entry, without a subject: `is missing`. */
  readonly problem: string;
  /** How to fix it. */
  readonly cure: string;
}

/** The maximum number of problems reported per request. */
const MAX_PROBLEMS = 100;
const MAX_PATH = 120;

/** valibot stores one string per issue; here it contains the problem and the fix on two lines. */
const SEPARATOR = "\n";

const FILL_IN = "fill it in, or omit the whole message";
/**
 * The fixes for the checks of `shared/message/outbound.ts` and for plain size checks, by the problem or by valibot's
 * name of the check.
 */
const CURES: Readonly<Record<string, string>> = {
  "must not be blank": FILL_IN,
  non_empty: FILL_IN,
  regex: "write the whole address, beginning with https://",
  max_length: "shorten it",
};

/** Builds the message of a valibot check of the settings: the problem and the fix. */
export function problemWithCure(problem: string, cure: string): string {
  return `${problem}${SEPARATOR}${cure}`;
}

/** Converts a valibot issue to a problem. */
export function toProblem(issue: v.BaseIssue<unknown>): SettingsProblem {
  const path = clipPath(v.getDotPath(issue) ?? "");
  const [problem = "", cure] = issue.message.split(SEPARATOR);
  if (issue.received === "undefined" && issue.kind === "schema") {
    return { reason: "missing", path, problem: "is missing", cure: "add it" };
  }
  if (issue.expected === "never") {
    return {
      reason: "unknown_field",
      path,
      problem: "is not a known setting",
      cure: "correct the name or remove the entry",
    };
  }
  if (cure !== undefined) return { reason: "invalid", path, problem, cure };
  if (issue.kind === "validation") {
    return { reason: "invalid", path, problem, cure: CURES[problem] ?? CURES[issue.type] ?? "correct it" };
  }
  const kind = describeExpected(issue.expected ?? "something else");
  return { reason: "invalid", path, problem: `must be ${kind}`, cure: `write ${kind} here` };
}

/** Builds a problem found outside the schema: an id or a date that occurs twice. */
export function duplicateProblem(path: string, what: string): SettingsProblem {
  const problem = `this ${what} is already used`;
  return { reason: "duplicate", path: clipPath(path), problem, cure: `give every entry its own ${what}` };
}

/** Returns the first 100 problems; if there are more, also an entry `more` with the number of the others. */
export function limitProblems(problems: readonly SettingsProblem[]): SettingsProblem[] {
  if (problems.length <= MAX_PROBLEMS) return [...problems];
  const rest = problems.length - MAX_PROBLEMS;
  const more = {
    reason: "more",
    path: "",
    problem: `${rest} more problems are not listed`,
    cure: "fix the listed ones first, then save again",
  } as const;
  return [...problems.slice(0, MAX_PROBLEMS), more];
}

/** Describes valibot's name of a type in plain words. */
function describeExpected(expected: string): string {
  switch (expected) {
    case "Object":
      return "an object { … }";
    case "Array":
      return "a list [ … ]";
    case "string":
      return "a text";
    case "number":
      return "a number";
    default:
      return expected.replaceAll(/[()]/g, "").replaceAll(" | ", " or ");
  }
}

/** Truncates a path, because a key of the input can be any text. */
export function clipPath(path: string): string {
  return path.length <= MAX_PATH ? path : `${path.slice(0, MAX_PATH)}…`;
}
