/** A problem that stops setup, and its fix. */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** A problem with its fix, as texts for the user. */
export interface Fault {
  readonly wrong: BilingualText;
  readonly cure: BilingualText;
  /** The output of another tool, printed below it. */
  readonly words?: string;
}
