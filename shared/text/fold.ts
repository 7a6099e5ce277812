/**
 * Converts a text to two forms that undo disguises, each with a mapping to the original text, so that what is found in
 * a form can be masked in the original (docs/design/0024-personal-data.md).
 *
 * Not the form in which rules compare texts: `normalize.ts` merges white space and truncates, and has no mapping to the
 * original.
 */

/** A form of a text, with the mapping to its original. */
export interface TextForm {
  readonly text: string;
  /** For each UTF-16 unit of `text`: where the original character it comes from begins. */
  readonly from: readonly number[];
  /** For each UTF-16 unit of `text`: where that original character ends. */
  readonly to: readonly number[];
}

/** A range of a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  /** The position after the last unit of the range. */
  readonly end: number;
}

/**
 * Invisible characters that may occur inside a word: soft hyphen, joiners, fillers, text directions, variation
 * selectors, tags.
 */
const INVISIBLE =
  /\u034F|[\uFE00-\uFE0F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]/u;
const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;

/** Traditional characters of the words that `personal/` searches for, each followed by its simplified form. */
const TRADITIONAL = [
  "證证護护驗验碼码號号銀银賬账帳账戶户聯联繫系係系絡络動动態态貨货",
  "縣县區区園园廠厂庫库鎮镇鄉乡棟栋樓楼層层單单",
  "電电話话機机給给為为這这沒没請请與与嗎吗寫写錯错臺台學学",
  "滬沪雲云遼辽魯鲁蘇苏贛赣晉晋陝陕閩闽貴贵粵粤寧宁瓊琼",
].join("");
const SIMPLIFIED = new Map(
  Array.from({ length: TRADITIONAL.length / 2 }, (_, pair) => {
    return [TRADITIONAL.charAt(2 * pair), TRADITIONAL.charAt(2 * pair + 1)] as const;
  }),
);

/**
 * Folds a text, character by character: compatibility forms unified (NFKC), lower case, invisible characters removed,
 * the traditional characters of a few words simplified. White space and punctuation are kept.
 */
export function fold(text: string): TextForm {
  return buildForm(text, foldCharacter);
}

/**
 * Keeps only the letters and digits of a folded text, so that inserted characters have no effect. The mapping leads to
 * the original of the folded text.
 */
export function skeleton(folded: TextForm): TextForm {
  const kept = buildForm(folded.text, (character) => (LETTER_OR_NUMBER.test(character) ? character : ""));
  return {
    text: kept.text,
    from: kept.from.map((unit) => folded.from[unit] ?? 0),
    to: kept.to.map((unit) => folded.to[unit - 1] ?? 0),
  };
}

/** Returns the range of the original that a range of a form comes from. The range must not be empty. */
export function spanInOriginal({ from, to }: TextForm, { start, end }: Span): Span {
  return { start: from[start] ?? 0, end: to[end - 1] ?? 0 };
}

/** Returns one star per character (code point) of a text. */
export function toStars(text: string): string {
  return "*".repeat(Array.from(text).length);
}

function buildForm(original: string, change: (character: string) => string): TextForm {
  let text = "";
  let at = 0;
  const from: number[] = [];
  const to: number[] = [];
  for (const character of original) {
    const changed = change(character);
    text += changed;
    for (let unit = 0; unit < changed.length; unit += 1) {
      from.push(at);
      to.push(at + character.length);
    }
    at += character.length;
  }
  return { text, from, to };
}

/** Folds one character. NFKC twice: a lower-case letter may have a compatibility form of its own. */
function foldCharacter(character: string): string {
  const plain = character.normalize("NFKC").toLowerCase().normalize("NFKC");
  let kept = "";
  for (const part of plain) if (!INVISIBLE.test(part)) kept += SIMPLIFIED.get(part) ?? part;
  return kept;
}
