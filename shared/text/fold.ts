/**
 * Two forms of a text in which disguises disappear, each with a map back to the text as it was written, so that what is
 * found in a form can be masked in the original (docs/design/0024-personal-data.md).
 *
 * Not the form in which rules compare texts: `normalize.ts` merges white space and cuts, and has no way back.
 */

/** A form of a text. */
export interface TextForm {
  readonly text: string;
  /** For each UTF-16 unit of `text` where in the original the character begins that it comes from. */
  readonly from: readonly number[];
  /** For each UTF-16 unit of `text` where in the original that character ends. */
  readonly to: readonly number[];
}

/** A stretch of a text, in UTF-16 units. */
export interface Span {
  readonly start: number;
  /** After its last unit. */
  readonly end: number;
}

/** Characters that show nothing and can be inside a word: soft hyphen, joiners, fillers, directions, selectors, tags. */
const INVISIBLE =
  /\u034F|[\uFE00-\uFE0F\u00AD\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\u{E0000}-\u{E0FFF}]/u;
const LETTER_OR_NUMBER = /[\p{L}\p{N}]/u;

/** Traditional characters of the words that `personal/` looks for, each before its simplified form. */
const TRADITIONAL = [
  "證证護护驗验碼码號号銀银賬账帳账戶户聯联係系貨货",
  "縣县區区鎮镇鄉乡棟栋樓楼層层單单",
  "滬沪雲云遼辽魯鲁蘇苏贛赣晉晋陝陕閩闽貴贵粵粤寧宁瓊琼",
].join("");
const SIMPLIFIED = new Map(
  Array.from({ length: TRADITIONAL.length / 2 }, (_, pair) => {
    return [TRADITIONAL.charAt(2 * pair), TRADITIONAL.charAt(2 * pair + 1)] as const;
  }),
);

/**
 * Folds a text, character by character: compatibility forms unified (NFKC), lower case, invisible characters dropped,
 * the traditional characters of a few words simplified. White space and punctuation stay.
 */
export function fold(text: string): TextForm {
  return buildForm(text, foldCharacter);
}

/**
 * Of a folded text only letters and digits, so that nothing can be put between them. Its map leads to the original of
 * the folded text.
 */
export function skeleton(folded: TextForm): TextForm {
  const kept = buildForm(folded.text, (character) => (LETTER_OR_NUMBER.test(character) ? character : ""));
  return {
    text: kept.text,
    from: kept.from.map((unit) => folded.from[unit] ?? 0),
    to: kept.to.map((unit) => folded.to[unit - 1] ?? 0),
  };
}

/** The stretch of the original that a stretch of a form comes from; `end` is greater than `start`. */
export function spanInOriginal({ from, to }: TextForm, { start, end }: Span): Span {
  return { start: from[start] ?? 0, end: to[end - 1] ?? 0 };
}

/** As many stars as a text has characters (code points). */
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

/** Twice NFKC: a lower-case letter may have a compatibility form of its own. */
function foldCharacter(character: string): string {
  const plain = character.normalize("NFKC").toLowerCase().normalize("NFKC");
  let kept = "";
  for (const part of plain) if (!INVISIBLE.test(part)) kept += SIMPLIFIED.get(part) ?? part;
  return kept;
}
