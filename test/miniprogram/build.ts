/** Before the package's tests: it is built once, as they look at what is published. */
import { buildMiniprogram, buildMiniprogramTypes } from "../../scripts/lib/build-miniprogram.ts";

/** Called by vitest. */
export async function setup(): Promise<void> {
  await Promise.all([buildMiniprogram(), buildMiniprogramTypes()]);
}
