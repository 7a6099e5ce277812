/** A problem that stops setup, and its fix. */
import type { BilingualText } from "../../shared/base/bilingual.ts";

/** The problem. */
export interface Fault {
  readonly wrong: BilingualText;
  readonly cure: BilingualText;
  /** The output of another tool, printed below it. */
  readonly words?: string;
}
