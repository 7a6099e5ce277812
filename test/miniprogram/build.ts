/** Runs before the package's tests: builds the package once, because they test the published files. */
import { buildMiniprogram, buildMiniprogramTypes } from "../../scripts/lib/build-miniprogram.ts";

/** Called by vitest. */
export async function setup(): Promise<void> {
  await Promise.all([buildMiniprogram(), buildMiniprogramTypes()]);
}
