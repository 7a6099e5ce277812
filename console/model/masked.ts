/** Whether a content may have masks. Pure. */

/** Returns whether a text of a content has a star: masks have, and in clear a star that somebody wrote stays one. */
export function hasMask(content: unknown): boolean {
  return JSON.stringify(content).includes("*");
}
