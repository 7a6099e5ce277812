/** Copies a text to the clipboard. */

/** Copies a text. @throws Error with the text `failed` when the browser does not allow it */
export async function copyText(text: string, failed: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (cause) {
    throw new Error(failed, { cause });
  }
}
