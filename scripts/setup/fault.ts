/** The type of the problems that the scripts report. */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** A problem with its fix, as texts for the user. */
export interface Fault {
  readonly wrong: BilingualText;
  readonly cure: BilingualText;
  /** The output of another tool, printed below the fix. */
  readonly words?: string;
}
