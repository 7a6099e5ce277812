/** Measures texts in the units of WeChat's limits, without TextEncoder (mini programs on phones have none). */

/** The unit of a text limit: UTF-8 bytes or Unicode code points. */
export type TextUnit = "bytes" | "characters";

/** Returns the size of `text` in UTF-8 bytes; a lone surrogate counts 3, as U+FFFD, which replaces it. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** Returns the size of `text` in `unit`. */
export function textSize(text: string, unit: TextUnit): number {
  return unit === "bytes" ? utf8Length(text) : Array.from(text).length;
}
