/**
 * What a mutant is: one small change that breaks one rule, and the test that must notice (DESIGN.md §6). The tables
 * beside this file hold them; `npm run test:mutants` makes each change in a copy of the project and demands that its
 * test fails.
 */
import type { PromiseId } from "../promises.ts";

/** One change. */
export interface Mutant {
  /** Kebab case, unique. */
  readonly name: string;
  /** What goes wrong, in a sentence. */
  readonly breaks: string;
  /** The promise it breaks; absent when it breaks only the rule of its table. */
  readonly promise?: PromiseId;
  /** From the root. */
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** The test that fails then: its file under `test/`, and the beginning of its full name. */
  readonly killedBy: readonly [file: string, name: string];
}

/** The mutants of one subject. */
export interface MutantTable {
  /** The rule they break, in a sentence. */
  readonly rule: string;
  /** Where the rule stands. */
  readonly spec: string;
  readonly mutants: readonly Mutant[];
}
