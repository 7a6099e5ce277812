/** The results of checks, in Chinese and English: the texts of `npm run doctor`. */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** `warning`: works but should be changed. `skipped`: could not be checked; `cure` names what is missing. */
export type FindingState = "ok" | "failed" | "warning" | "skipped";

/** The outcome of one check. */
export interface Finding {
  /** A stable id for scripts, for example `push.genuine`. */
  readonly id: string;
  readonly state: FindingState;
  /** The property that is checked. */
  readonly what: BilingualText;
  /** What was observed: a status, a count. */
  readonly fact?: string;
  /** The problem; absent for `ok`. */
  readonly wrong?: BilingualText;
  /** The fix; absent for `ok`. */
  readonly cure?: BilingualText;
}

/** A check's id and name. */
export interface CheckName {
  readonly id: string;
  readonly what: BilingualText;
}

/** Makes a text in both languages. */
export function say(zh: string, en: string): BilingualText {
  return { zh, en };
}

/** Returns both languages in one line; only one text when they are equal. */
export function inBoth({ zh, en }: BilingualText): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

/** Makes the id and name of a check. */
export function check(id: string, zh: string, en: string): CheckName {
  return { id, what: say(zh, en) };
}

/** Makes the finding of a check that passed. */
export function passed(name: CheckName, fact?: string): Finding {
  return { ...name, state: "ok", ...(fact === undefined ? {} : { fact }) };
}

/** Makes the finding of a check that found a problem. */
export function failed(name: CheckName, wrong: BilingualText, cure: BilingualText, fact?: string): Finding {
  return { ...name, state: "failed", ...(fact === undefined ? {} : { fact }), wrong, cure };
}

/** Makes the finding of a check that could not be made. */
export function skipped(name: CheckName, wrong: BilingualText, cure: BilingualText): Finding {
  return { ...name, state: "skipped", wrong, cure };
}
