/**
 * A mutant's change made in a text: pure, and refused unless it fits in exactly one place, so that a table can not go
 * stale unnoticed.
 */
import { err, ok, type Result } from "../../shared/result.ts";
import type { Mutant } from "../../test/mutants/mutant.ts";

/** Why a change cannot be made: `places` is how often its text was found. */
export type ApplyProblem = { readonly reason: "not_once"; readonly places: number } | { readonly reason: "no_change" };

/** The text with the change made. */
export function applyMutant(
  source: string,
  { find, replace }: Pick<Mutant, "find" | "replace">,
): Result<string, ApplyProblem> {
  if (find === replace) return err({ reason: "no_change" });
  const pieces = source.split(find);
  return pieces.length === 2 ? ok(pieces.join(replace)) : err({ reason: "not_once", places: pieces.length - 1 });
}
