/**
 * What stops setup, and the cure.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** Something is wrong. */
export interface Fault {
  readonly wrong: BilingualText;
  readonly cure: BilingualText;
  /** What a tool of others said, shown below. */
  readonly words?: string;
}
