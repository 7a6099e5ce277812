/** Copies a text to the clipboard. */
import type { Texts } from "./text.ts";

/** @throws Error in the page's words when the browser does not allow it */
export async function copyText(text: string, t: Texts): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (cause) {
    throw new Error(t.copyFailed, { cause });
  }
}
