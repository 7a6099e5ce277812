/** Whether a content may have masks. Pure. */

/** Returns whether a text of a content contains a star. Masks contain stars, but a star may also be the user's own. */
export function hasMask(content: unknown): boolean {
  return JSON.stringify(content).includes("*");
}
