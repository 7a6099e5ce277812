/** The module `scripts/lib/build-shop.ts` writes. */
declare module "virtual:program" {
  import type { Program } from "./program.ts";

  export const program: Program;
}
