/**
 * The findings of checks, in Chinese and English: the texts of `npm run doctor`.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** `warning`: it works but should be changed. `skipped`: it could not be checked, and `cure` names what is missing. */
export type FindingState = "ok" | "failed" | "warning" | "skipped";

/** The outcome of one check. */
export interface Finding {
  /** Stable, for scripts: `push.genuine`. */
  readonly id: string;
  readonly state: FindingState;
  /** The checked property. */
  readonly what: BilingualText;
  /** The observation: a status, a count. */
  readonly fact?: string;
  /** The problem; absent for `ok`. */
  readonly wrong?: BilingualText;
  /** What to do about it; absent for `ok`. */
  readonly cure?: BilingualText;
}

/** A check's id and name. */
export interface CheckName {
  readonly id: string;
  readonly what: BilingualText;
}

/** A text in both languages. */
export function say(zh: string, en: string): BilingualText {
  return { zh, en };
}

/** Both languages in one line; one text when they are the same. */
export function inBoth({ zh, en }: BilingualText): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

/** Names a check. */
export function check(id: string, zh: string, en: string): CheckName {
  return { id, what: say(zh, en) };
}

/** The check passed. */
export function passed(name: CheckName, fact?: string): Finding {
  return { ...name, state: "ok", ...(fact === undefined ? {} : { fact }) };
}

/** The check found a problem. */
export function failed(name: CheckName, wrong: BilingualText, cure: BilingualText, fact?: string): Finding {
  return { ...name, state: "failed", ...(fact === undefined ? {} : { fact }), wrong, cure };
}

/** The check could not be made. */
export function skipped(name: CheckName, wrong: BilingualText, cure: BilingualText): Finding {
  return { ...name, state: "skipped", wrong, cure };
}
