/** Before the browser tests: the browser is unpacked once, or their processes would do it at the same time. */
import { unpackBrowser } from "./chromium.ts";

/** Called by vitest. */
export async function setup(): Promise<void> {
  await unpackBrowser();
}
