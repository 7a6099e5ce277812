/**
 * Types of the mutants (docs/design/mutants.md). A mutant is one small change that breaks one rule, and the test that
 * must then fail. `npm run test:mutants` applies each change to a copy of the project and requires its test to fail.
 */
import type { PromiseId } from "../promises.ts";
import type { OldFault } from "./old-faults.ts";

/**
 * A change of the code of a symbol. All texts are TypeScript, compared by structure: spaces, quotes and line breaks do
 * not matter. `drop` and `condition` contain words, separated by spaces: names, names of properties, numbers or whole
 * strings. The innermost place that contains all words is changed; there must be exactly one.
 */
export type Change =
  /** The body of the function becomes `return …`. */
  | { readonly returns: string }
  /** The initial value of the constant, variable or property. */
  | { readonly value: string }
  /** Removes the statement that contains these words. */
  | { readonly drop: string }
  /** Replaces the condition, or the operand of `&&` or `||`, that contains these words by `true` or `false`. */
  | { readonly condition: string; readonly is: boolean }
  /** Replaces the expression of this structure. `_` matches any expression; in `by` it is the one that was matched. */
  | { readonly replace: string; readonly by: string };

/** A mutant. */
export interface Mutant {
  /** Kebab case, unique. */
  readonly name: string;
  /** The broken behaviour, in a sentence. */
  readonly breaks: string;
  /** The fault of version 0.1.0 that the change restores; absent: none. */
  readonly fault?: OldFault;
  /** The file that is changed; a path from the root of the project. */
  readonly file: string;
  /** The names on the way to what is changed, joined by dots: functions, classes, members, properties, variables. */
  readonly symbol: string;
  readonly change: Change;
  /** The test that must fail: its file under `test/`, and the beginning of its full name. */
  readonly killedBy: readonly [file: string, name: string];
}

/** The mutants of one promise, or of one kind of rule. */
export interface MutantTable {
  /** The rule they break, in a sentence. */
  readonly rule: string;
  /** Absent when the rule does not belong to a promise. */
  readonly promise?: PromiseId;
  readonly mutants: readonly Mutant[];
}
