/**
 * What a mutant is: one small change that breaks one rule, and the test that must fail (docs/design/mutants.md). They
 * are in the tables of this folder; `npm run test:mutants` applies each change to a copy of the project and requires
 * its test to fail.
 */
import type { PromiseId } from "../promises.ts";
import type { OldFault } from "./old-faults.ts";

/**
 * A change inside a symbol, by structure: spaces, quotes and line breaks do not matter. All texts are TypeScript. Words
 * of `drop` and `condition` are names, properties' names, numbers or whole strings, separated by spaces; the change is
 * made at the innermost place that contains them all. Each place must exist exactly once.
 */
export type Change =
  /** The body of the function becomes `return …`. */
  | { readonly returns: string }
  /** The initial value of the constant, variable or property. */
  | { readonly value: string }
  /** Removes the statement that contains these words. */
  | { readonly drop: string }
  /** Fixes the value of the condition, or of the operand of `&&` or `||`, that contains these words. */
  | { readonly condition: string; readonly is: boolean }
  /** Replaces the expression of this structure by another one. `_` is any expression, and the same one in `by`. */
  | { readonly replace: string; readonly by: string };

/** One change. */
export interface Mutant {
  /** Kebab case, unique. */
  readonly name: string;
  /** The broken behaviour, in a sentence. */
  readonly breaks: string;
  /** The fault of 0.1.0 that it restores. */
  readonly fault?: OldFault;
  /** Path from the root. */
  readonly file: string;
  /** Path of names: a function, class, member, property, constant or variable, and what is declared in it. */
  readonly symbol: string;
  readonly change: Change;
  /** The test that fails then: its file under `test/`, and the beginning of its full name. */
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
