/**
 * Tests that fail on version 0.1.0: what each fixed fault looked like from outside. They use nothing that version did
 * not have, so `npm run test:regressions` can run them against it and demand that they fail by an assertion.
 */
import { INPUT } from "./input.ts";
import { KIT } from "./kit.ts";
import { LOSS } from "./loss.ts";
import type { Regression } from "./regression.ts";

export type { Regression };

/** The commit of version 0.1.0. */
export const FAULTY_COMMIT = "41bc28d";

/** In the order of the list of faults. */
export const REGRESSIONS: readonly Regression[] = [...LOSS, ...INPUT, ...KIT];
