/**
 * What setup prints: in Chinese and English, with every secret the user brought blotted out, whosever words they are.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { inBoth } from "../doctor/finding.ts";

/** Where setup writes. */
export interface Screen {
  /** From now on these are never printed. */
  hide(secrets: readonly string[]): void;
  /** Plain lines. */
  text(text: string): void;
  heading(words: BilingualText): void;
  /** Something is done. */
  done(words: BilingualText, fact?: string): void;
  /** Something to know. */
  note(words: BilingualText, fact?: string): void;
  /** Something is wrong, and what to do about it. */
  problem(wrong: BilingualText, cure?: BilingualText): void;
}

/** Creates a screen. */
export function createScreen(write: (text: string) => void): Screen {
  const hidden = new Set<string>();
  const print = (text: string) =>
    write(`${[...hidden].reduce((rest, secret) => rest.replaceAll(secret, "***"), text)}\n`);
  const mark = (sign: string) => (words: BilingualText, fact?: string) =>
    print(`  ${sign} ${inBoth(words)}${fact === undefined ? "" : `  (${fact})`}`);
  return {
    hide(secrets) {
      for (const secret of secrets) if (secret !== "") hidden.add(secret);
    },
    text: print,
    heading: (words) => print(`\n${inBoth(words)}`),
    done: mark("✓"),
    note: mark("·"),
    problem(wrong, cure) {
      mark("✗")(wrong);
      if (cure !== undefined) print(`      → ${inBoth(cure)}`);
    },
  };
}
