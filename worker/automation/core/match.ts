/**
 * Decides whether a message matches a rule, and how exactly: between rules of equal priority the closer match is used.
 * A pattern needs no backtracking, so its run time is bounded by the lengths of pattern and text.
 */
import type { Match } from "../../../shared/api/settings/rule.ts";
import { isWordBorder, normalizeText } from "../../../shared/text/normalize.ts";
import { createPatternTest } from "../../../shared/text/pattern.ts";

/** How exactly a rule matches a message. */
export interface MatchStrength {
  /** exact 5, prefix 4, wildcard 3, all 2, any and contains 1, anything 0. */
  readonly rank: number;
  /**
   * Code points of the longest normalised keyword that matched; for `all`, of all keywords together; for `anything` 0.
   * The stars of a pattern are not counted.
   */
  readonly length: number;
}

/** Returns how a normalised text (`normalizeText`) matches, or undefined when it does not. */
export type Matcher = (text: string) => MatchStrength | undefined;

const RANK = { exact: 5, prefix: 4, wildcard: 3, all: 2, any: 1, contains: 1, anything: 0 } as const satisfies Record<
  Match["type"],
  number
>;

/** Prepares a rule's keywords once, to be matched against many texts. */
export function createMatcher(match: Match): Matcher {
  const rank = RANK[match.type];
  if (match.type === "anything") return () => ({ rank, length: 0 });
  const words = match.words.map((word) => prepareWord(match.type, word));
  if (match.type === "all") {
    const length = words.reduce((sum, word) => sum + word.length, 0);
    return (text) => (words.every((word) => word.fits(text)) ? { rank, length } : undefined);
  }
  // Longest first, so that the first match has the greatest length.
  words.sort((a, b) => b.length - a.length);
  return (text) => {
    const found = words.find((word) => word.fits(text));
    return found === undefined ? undefined : { rank, length: found.length };
  };
}

/** A prepared keyword. */
interface Word {
  /** Code points, without the stars. */
  readonly length: number;
  readonly fits: (text: string) => boolean;
}

function prepareWord(type: Exclude<Match["type"], "anything">, word: string): Word {
  const folded = normalizeText(word);
  const length = Array.from(type === "wildcard" ? folded.replaceAll("*", "") : folded).length;
  switch (type) {
    case "exact":
      return { length, fits: (text) => text === folded };
    case "prefix":
      return { length, fits: (text) => text.startsWith(folded) && isWordBorder(text, folded.length) };
    case "wildcard":
      return { length, fits: createPatternTest(folded.split("*")) };
    default:
      return { length, fits: (text) => containsWord(text, folded) };
  }
}

/** Returns whether a text contains a word with word borders at both ends. */
function containsWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (isWordBorder(text, at) && isWordBorder(text, at + word.length)) return true;
  }
  return false;
}
