/**
 * Finds where a text stops being JSON. V8's errors name the place only for some problems, and quote the text. A text
 * that is JSON up to its end has only errors about the end, so the first wrong character is found by bisection.
 */

/** A place in a text; both numbers begin with 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Returns the place of the first character that cannot follow; the end of the text when something is missing there. */
export function findJsonError(text: string): TextPlace {
  let good = 0;
  let broken = text.length + 1;
  while (broken - good > 1) {
    const middle = (good + broken) >> 1;
    if (isBroken(text.slice(0, middle))) broken = middle;
    else good = middle;
  }
  const before = text.slice(0, good).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** Returns whether no continuation makes the text JSON. */
function isBroken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    if (message.startsWith("Unexpected end")) return false;
    return /at position (\d+)/.exec(message)?.[1] !== `${text.length}`;
  }
}
