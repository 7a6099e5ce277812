/**
 * Whether a text has visible content. WeChat refuses a text without visible content (WECHAT.md §4.5, 44004), so this is
 * checked wherever a text must not be blank, and for each part of a long text.
 *
 * Invisible are: white space; control characters; format characters (zero-width space, joiners, directions, soft
 * hyphen, tags); characters that Unicode defines as ignorable when they cannot be displayed (variation selectors,
 * Hangul and Khmer fillers, Mongolian selectors, reserved code points of those blocks); noncharacters. Also invisible
 * are letters and symbols without a glyph: U+2800 blank Braille pattern, U+FFFC object replacement, U+13441 and U+13442
 * blank hieroglyphs, U+16FE4 Khitan filler, U+1D159 null notehead. A lone surrogate is visible: it is sent as U+FFFD.
 */

const UNSEEN = String.raw`\p{White_Space}\p{Cc}\p{Cf}\p{DI}\p{NChar}\u2800\ufffc\u{13441}\u{13442}\u{16fe4}\u{1d159}`;
/** Format characters that are visible: Arabic, Syriac and Kaithi signs around numbers. */
const INKED_FORMATS = String.raw`\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}`;
const A_VISIBLE = new RegExp(`[^${UNSEEN}]|[${INKED_FORMATS}]`, "u");

/** Returns whether a text has at least one visible character. */
export function isVisible(text: string): boolean {
  return A_VISIBLE.test(text);
}

/**
 * Pattern for the rest of a tag after its name, up to its `>` outside quotes, or up to a quote that is never closed.
 */
export const TAG_REST = String.raw`(?:"[^"]*"|'[^']*'|[^"'>])*>?`;
/** The tags of links: an opening tag up to its `>` outside quotes, or to the end of the text when it has none. */
const LINK_TAG = new RegExp(String.raw`<a(?=[\s/>])${TAG_REST}|<\/a\s*>`, "gi");

/**
 * Returns whether a text message has visible content. In a link only the text between its tags counts (WECHAT.md §4.2);
 * an opening tag that is never closed is plain text.
 */
export function isVisibleMessage(content: string): boolean {
  let open = 0;
  const words = dropControls(content).replace(LINK_TAG, (tag) => {
    const isOpening = !tag.startsWith("</");
    if (isOpening ? !tag.endsWith(">") : open === 0) return tag;
    open += isOpening ? 1 : -1;
    return "";
  });
  return open > 0 || isVisible(words);
}

/** Control characters that JSON can write without \uXXXX. */
const SHORT_ESCAPES = "\b\t\n\f\r";

/**
 * Removes the control characters that JSON can only write as \uXXXX, because WeChat refuses a body with such escapes
 * (40033, WECHAT.md §4.3).
 */
export function dropControls(text: string): string {
  return Array.from(text)
    .filter((character) => character >= " " || SHORT_ESCAPES.includes(character))
    .join("");
}
