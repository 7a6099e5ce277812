/**
 * The output of setup: in Chinese and English, with every secret given by the user masked, also in the output of other
 * tools.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { inBoth } from "../doctor/finding.ts";

/** Where setup writes. */
export interface Screen {
  /** Masks these texts in all output that follows. */
  hide(secrets: readonly string[]): void;
  /** Prints plain lines. */
  text(text: string): void;
  heading(words: BilingualText): void;
  /** Prints that a step is done. */
  done(words: BilingualText, fact?: string): void;
  /** Prints a note. */
  note(words: BilingualText, fact?: string): void;
  /** Prints a problem and its fix. */
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
