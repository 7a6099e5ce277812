/**
 * Cuts texts without breaking what is displayed as one character (an emoji with its skin tone, a letter with its
 * accents). Uses JavaScript's own segmenter (ECMA-402), created once, when first needed.
 */

let segmenter: Intl.Segmenter | undefined;

/**
 * Splits a text into the characters that a reader counts.
 *
 * @returns grapheme clusters; joined they are the text
 */
export function splitGraphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter("und", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/**
 * Shortens a text to at most `maxCharacters` code points, ending in "…" when it was cut. Cuts between graphemes; only a
 * single grapheme longer than the limit is cut inside.
 */
export function clipText(text: string, maxCharacters: number): string {
  // A text has at least half as many code points as UTF-16 units, so a longer text need not be counted completely.
  const characters = Array.from(text.slice(0, 2 * (maxCharacters + 1)));
  if (characters.length <= maxCharacters) return text;
  const room = maxCharacters - 1;
  let kept = "";
  let used = 0;
  for (const grapheme of splitGraphemes(characters.join(""))) {
    used += Array.from(grapheme).length;
    if (used > room) break;
    kept += grapheme;
  }
  return `${kept === "" ? characters.slice(0, room).join("") : kept}…`;
}
