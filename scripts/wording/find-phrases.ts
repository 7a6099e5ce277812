/** Finds rejected phrases in a text. Pure. */
import { CHINESE, ENGLISH, MODULE_ENGLISH, type Phrase, REPAIRED_FOLDERS } from "./phrases.ts";

/** A rejected phrase in a file. */
export interface WordingHit {
  /** Counted from 1. */
  readonly line: number;
  /** The phrase as found in the text, on one line. */
  readonly found: string;
  /** What to write instead. */
  readonly write: string;
}

/** Between two words: spaces, or a line break with the marks that begin the next line of a comment or list. */
const GAP = String.raw`(?:[ \t]+|[ \t]*\n[ \t]*(?:\*|//|#|>)?[ \t]*)`;

/** Names in code are not reported: `x.word`, `word(`, `word:`, `word.all`, `word-all`. */
const BEFORE = String.raw`(?<![\w.$-])`;
const AFTER = String.raw`(?![\w(-]|\.\w|\s*[:=])`;

const toPattern = ({ phrase }: Phrase): string => phrase.replaceAll("(", "(?:").replaceAll(" ", GAP);
/** Compiles a table of phrases to one expression, each phrase in its own group. */
function compile(english: readonly Phrase[]): readonly [RegExp, readonly Phrase[]] {
  const groups = (list: readonly Phrase[]) => list.map((entry) => `(${toPattern(entry)})`).join("|");
  return [new RegExp(`${BEFORE}(?:${groups(english)})${AFTER}|${groups(CHINESE)}`, "gi"), [...english, ...CHINESE]];
}
const EVERYWHERE = compile(ENGLISH);
const REPAIRED = compile([...ENGLISH, ...MODULE_ENGLISH]);

/**
 * Finds the rejected phrases of a file.
 *
 * @param path from the root of the project: repaired folders have further phrases
 * @param text its contents
 * @returns the phrases, in the order of the text
 */
export function findPhrases(path: string, text: string): readonly WordingHit[] {
  const [pattern, phrases] = REPAIRED_FOLDERS.some((folder) => path.startsWith(folder)) ? REPAIRED : EVERYWHERE;
  return [...text.matchAll(pattern)].map((match) => {
    const index = match.slice(1).findIndex((group) => group !== undefined);
    return {
      line: text.slice(0, match.index).split("\n").length,
      found: match[0].replaceAll(/\s*\n\s*(?:\*|\/\/|#|>)?\s*/g, " "),
      write: phrases[index]?.write ?? "",
    };
  });
}

const TEXT_FILE = /\.(?:ts|tsx|js|mjs|md|toml|html|wxml|wxss|css|example)$/;
/** Files that are not searched: generated files, quotations, and lists of the phrases themselves. */
const NOT_SEARCHED = [
  /(?:^|\/)CHANGELOG\.md$/,
  /^\.changeset\//,
  /^docs\/spec\//,
  /^docs\/reports\//,
  /^docs\/glossary\.md$/,
  /^docs\/test-matrix\.md$/,
  /^public\//,
  /^bench\/report\./,
  /^worker-configuration\.d\.ts$/,
  /^scripts\/wording\/phrases\.ts$/,
  /^test\/pure\/scripts\/wording\.test\.ts$/,
];
/**
 * Returns whether a file is searched.
 *
 * @param path from the root of the project
 */
export function isSearched(path: string): boolean {
  return TEXT_FILE.test(path) && !NOT_SEARCHED.some((pattern) => pattern.test(path));
}
