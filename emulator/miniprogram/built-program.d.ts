/**
 * The module `virtual:program`, which `scripts/lib/build-shop.ts` writes; tsconfig.json maps the module name to this
 * file.
 */
import type { Program } from "./program.ts";

/** The mini program to run. */
export declare const program: Program;
