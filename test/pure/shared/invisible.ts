/**
 * Characters that a reader cannot see, taken from Unicode's charts and not from the code under test: white space,
 * controls, format characters, ignorable characters that cannot be displayed, and letters and symbols without ink.
 */
import * as fc from "fast-check";

/** First and last code point of each run. */
const RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x0000, 0x0020],
  [0x007f, 0x00a0],
  [0x00ad, 0x00ad], // soft hyphen
  [0x034f, 0x034f], // combining grapheme joiner
  [0x061c, 0x061c], // Arabic letter mark
  [0x115f, 0x1160], // Hangul fillers
  [0x1680, 0x1680], // Ogham space
  [0x17b4, 0x17b5], // Khmer inherent vowels
  [0x180b, 0x180f], // Mongolian selectors
  [0x2000, 0x200f], // spaces, zero width, directions
  [0x2028, 0x202f],
  [0x205f, 0x206f],
  [0x2800, 0x2800], // blank Braille pattern
  [0x3000, 0x3000], // ideographic space
  [0x3164, 0x3164], // Hangul filler
  [0xfdd0, 0xfdef], // noncharacters
  [0xfe00, 0xfe0f], // variation selectors
  [0xfeff, 0xfeff], // byte order mark
  [0xffa0, 0xffa0], // half-width Hangul filler
  [0xfff0, 0xfffc], // interlinear annotation, object replacement
  [0x13430, 0x1343f], // hieroglyph format controls
  [0x13441, 0x13442], // blank hieroglyphs
  [0x16fe4, 0x16fe4], // Khitan filler
  [0x1bca0, 0x1bca3], // shorthand format controls
  [0x1d159, 0x1d159], // null notehead
  [0x1d173, 0x1d17a], // musical format controls
  [0xe0000, 0xe0fff], // tags, more variation selectors, and what is reserved beside them
  // The last two of each plane are noncharacters.
  ...Array.from({ length: 17 }, (_, plane) => [plane * 0x10000 + 0xfffe, plane * 0x10000 + 0xffff] as const),
];

/** Every character of these ranges, as a text of its own. */
export const INVISIBLE: readonly string[] = RANGES.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, offset) => String.fromCodePoint(first + offset)),
);

const known = new Set(INVISIBLE);

/** Returns whether a text has a visible character. */
export function canBeSeen(text: string): boolean {
  return Array.from(text).some((character) => !known.has(character));
}

/** Generates non-empty texts without a visible character. */
export const blank: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom(...INVISIBLE), fc.integer({ min: 1, max: 40 })), { minLength: 1, maxLength: 8 })
  .map((runs) => runs.map(([character, times]) => character.repeat(times)).join(""));
