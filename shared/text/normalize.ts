/**
 * Normalises texts for comparison: a user's text and a rule's keyword become equal when they differ only in full-width
 * letters, capitals, ß and ss, or the amount of white space. Also finds word borders.
 */

/** The number of UTF-16 units of a message that are matched; later text is ignored. */
const MAX_READ = 4_000;

/** Invisible characters that input methods and copied texts leave behind: soft hyphen, zero-width space, joiner, BOM. */
const INVISIBLE = /[\u00AD\u200B\u2060\uFEFF]/g;

/**
 * Scripts written without spaces between words: in them a keyword is found anywhere. Script_Extensions (scx) includes
 * letters that Chinese and Japanese share, such as ー, but also accents of Latin letters, which are excluded.
 */
const NO_WORD_BORDERS =
  /^(?:(?!\p{M})[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}]|[\p{sc=Hang}\p{sc=Bopo}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}])/u;

const WORD_CHARACTER = /^[\p{L}\p{N}\p{M}]/u;

/**
 * Folds a text for comparison: compatibility forms unified (NFKC), lower case, ß as ss, İ as i, final ς as σ, invisible
 * characters removed, runs of white space replaced by one space, none at the ends.
 *
 * @param text any text; only the first 4 000 UTF-16 units are used
 */
export function normalizeText(text: string): string {
  return text
    .slice(0, MAX_READ)
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("ς", "σ")
    .replaceAll("i\u0307", "i") // the result of toLowerCase for the Turkish İ
    .normalize("NFKC")
    .replace(INVISIBLE, "")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * Returns whether a word may begin or end at `index` of a normalised text: not between two letters or digits of a
 * script that puts spaces between words. "hi" has no border inside "shirt", "100" none inside "1001"; 买|iphone|手机 has
 * both.
 */
export function isWordBorder(text: string, index: number): boolean {
  return !(isWordCharacter(characterBefore(text, index)) && isWordCharacter(characterAt(text, index)));
}

/**
 * Returns whether a character is a letter, digit or accent, which have word borders. The empty string, at the end of
 * a text, is not such a character.
 */
function isWordCharacter(character: string): boolean {
  return WORD_CHARACTER.test(character) && !NO_WORD_BORDERS.test(character);
}

/** Returns the code point that starts at `index`; "" at the end. */
function characterAt(text: string, index: number): string {
  const code = text.codePointAt(index);
  return code === undefined ? "" : String.fromCodePoint(code);
}

/** Returns the code point that ends before `index`; "" at the start. */
function characterBefore(text: string, index: number): string {
  const pair = index >= 2 ? text.codePointAt(index - 2) : undefined;
  if (pair !== undefined && pair > 0xffff) return String.fromCodePoint(pair);
  return text.charAt(index - 1);
}
