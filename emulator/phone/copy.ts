/** Copies a text to the clipboard. */
import type { Texts } from "./text.ts";

/** Copies a text. @throws Error with a text of the page when the browser does not allow it */
export async function copyText(text: string, t: Texts): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (cause) {
    throw new Error(t.copyFailed, { cause });
  }
}
