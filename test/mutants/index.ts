/** All mutants: the promises first. */
import type { PromiseId } from "../promises.ts";
import { ACCESS } from "./access.ts";
import { COST } from "./cost.ts";
import { ERASED_AND_AUDITED } from "./erased-and-audited.ts";
import { FAULTS } from "./faults.ts";
import { HANDLED_ONCE } from "./handled-once.ts";
import { HOSTILE_INPUT } from "./hostile-input.ts";
import { LIMITS } from "./limits.ts";
import type { Mutant, MutantTable } from "./mutant.ts";
import { SCREENS } from "./screens.ts";
import { SECRETS } from "./secrets.ts";
import { SINGLE_OWNER } from "./single-owner.ts";
import { STORED } from "./stored.ts";
import { TROUBLE } from "./trouble.ts";
import { UNANSWERED_MESSAGES } from "./unanswered-messages.ts";

/** The tables of mutants. */
export const TABLES: readonly MutantTable[] = [
  STORED,
  HANDLED_ONCE,
  HOSTILE_INPUT,
  TROUBLE,
  SECRETS,
  LIMITS,
  SINGLE_OWNER,
  UNANSWERED_MESSAGES,
  SCREENS,
  ACCESS,
  ERASED_AND_AUDITED,
  COST,
  FAULTS,
];

/** Every mutant, in the order of the tables. */
export const MUTANTS: readonly Mutant[] = TABLES.flatMap(({ mutants }) => mutants);

/** The mutants that break a promise. */
export function mutantsOf(promise: PromiseId): readonly Mutant[] {
  return TABLES.filter((table) => table.promise === promise).flatMap(({ mutants }) => mutants);
}
