/** The module `virtual:program`, which `scripts/lib/build-shop.ts` writes; tsconfig.json leads the compiler here. */
import type { Program } from "./program.ts";

/** The mini program to run. */
export declare const program: Program;
