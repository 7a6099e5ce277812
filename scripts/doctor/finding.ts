/**
 * What a check finds, in Chinese and English: the words of `npm run doctor`.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** `warning`: it works and should not stay so. `skipped`: could not be checked, `cure` says what it needs. */
export type FindingState = "ok" | "failed" | "warning" | "skipped";

/** The outcome of one check. */
export interface Finding {
  /** Stable, for scripts: `push.genuine`. */
  readonly id: string;
  readonly state: FindingState;
  /** What was checked. */
  readonly what: BilingualText;
  /** What was seen: a status, a count. */
  readonly fact?: string;
  /** What is wrong; of everything but `ok`. */
  readonly wrong?: BilingualText;
  /** What to do about it; of everything but `ok`. */
  readonly cure?: BilingualText;
}

/** A check's name: its id and what it looks at. */
export interface CheckName {
  readonly id: string;
  readonly what: BilingualText;
}

/** Words in both languages. */
export function say(zh: string, en: string): BilingualText {
  return { zh, en };
}

/** Both of them in one line; one when they are the same. */
export function inBoth({ zh, en }: BilingualText): string {
  return zh === en ? zh : `${zh} / ${en}`;
}

/** Names a check. */
export function check(id: string, zh: string, en: string): CheckName {
  return { id, what: say(zh, en) };
}

/** All is as it must be. */
export function passed(name: CheckName, fact?: string): Finding {
  return { ...name, state: "ok", ...(fact === undefined ? {} : { fact }) };
}

/** Something is wrong. */
export function failed(name: CheckName, wrong: BilingualText, cure: BilingualText, fact?: string): Finding {
  return { ...name, state: "failed", ...(fact === undefined ? {} : { fact }), wrong, cure };
}

/** It could not be checked. */
export function skipped(name: CheckName, wrong: BilingualText, cure: BilingualText): Finding {
  return { ...name, state: "skipped", wrong, cure };
}
