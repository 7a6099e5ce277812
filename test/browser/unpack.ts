/**
 * Runs before the browser tests: unpacks the browser once; otherwise several processes would do it at the same time.
 */
import { unpackBrowser } from "./chromium.ts";

/** Called by vitest. */
export async function setup(): Promise<void> {
  await unpackBrowser();
}
