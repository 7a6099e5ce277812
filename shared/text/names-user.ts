/**
 * Decides whether a text contains a user's openid: the JSON of an event, or a push that could not be parsed. Pure. In
 * case of doubt the answer is yes: otherwise a record with a user's data would remain after an erasure.
 */
import { ownValue } from "../base/own-value.ts";

/**
 * The characters of an openid in WeChat's format. A text is only part of a longer word when one of these is next to
 * it.
 */
const WORD = /[\w-]/;
const WORDS = /^[\w-]+$/;
const WORD_RUN = /[\w-]+/g;
/** All characters an openid may contain (`shared/message/user-id.ts`). */
const VISIBLE_RUN = /[!-~]+/g;
/**
 * The number of times that escapes are decoded: three, because JSON in a field of an event is escaped in the field,
 * in `raw`, and in the stored body.
 */
const MAX_ESCAPES = 3;

const XML_NAMES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** From this length on, an openid does not occur inside another word by chance, UTF-16 units. */
const UNMISTAKABLE_LENGTH = 20;

/** The data about an openid that may be stored together with its hash: enough to find possible matches. */
export interface OpenidShape {
  /** The length, UTF-16 units. */
  readonly length: number;
  /** Whether the openid consists of letters, digits, `_` and `-`, as all of WeChat's openids do. */
  readonly isWord: boolean;
}

/**
 * Returns whether a text contains an openid, unchanged or escaped for JSON, XML or a URL: a long openid anywhere, a
 * short one only as a whole word.
 */
export function namesUser(text: string, openid: string): boolean {
  const isIn = isUnmistakable(openid) ? (form: string) => form.includes(openid) : hasWordOf(openid);
  return formsOf(text).some((form) => isIn(form) || (form.includes("%") && isIn(decodePercent(form))));
}

/** Returns the shape of an openid. */
export function shapeOf(openid: string): OpenidShape {
  return { length: openid.length, isWord: WORDS.test(openid) };
}

/**
 * Finds all parts of a text that may be an openid with one of the shapes: exactly those {@link namesUser} would find.
 *
 * @param limit the maximum number that is returned
 * @returns undefined when there are more
 */
export function findOpenids(
  text: string,
  shapes: readonly OpenidShape[],
  limit: number,
): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  const forms = formsOf(text).flatMap((form) => (form.includes("%") ? [form, decodePercent(form)] : [form]));
  for (const form of forms) {
    for (const shape of shapes) {
      for (const openid of openidsIn(form, shape)) {
        found.add(openid);
        if (found.size > limit) return undefined;
      }
    }
  }
  return found;
}

function* openidsIn(text: string, { length, isWord: isOfWords }: OpenidShape): Generator<string> {
  for (const run of text.matchAll(isOfWords ? WORD_RUN : VISIBLE_RUN)) {
    const last = run.index + run[0].length - length;
    for (let at = run.index; at <= last; at += 1) {
      const openid = text.slice(at, at + length);
      if (isUnmistakable(openid) || isWholeWord(text, at, openid)) yield openid;
    }
  }
}

function isUnmistakable({ length }: string): boolean {
  return length >= UNMISTAKABLE_LENGTH;
}

/** Returns the text unchanged, and without the escapes of JSON or XML. */
function formsOf(text: string): readonly string[] {
  const forms = [text];
  for (let json = text; forms.length <= MAX_ESCAPES && json.includes("\\");) {
    json = unescapeJson(json);
    forms.push(json);
  }
  return text.includes("&") ? [...forms, unescapeXml(text)] : forms;
}

function hasWordOf(word: string): (text: string) => boolean {
  return (text) => hasWord(text, word);
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (isWholeWord(text, at, word)) return true;
  }
  return false;
}

/** Returns whether the word at a position of the text is not part of a longer word. */
function isWholeWord(text: string, at: number, word: string): boolean {
  const end = at + word.length;
  const goesOnLeft = isWord(text[at - 1]) && isWord(word[0]);
  const goesOnRight = isWord(text[end]) && isWord(word.at(-1));
  return !goesOnLeft && !goesOnRight;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && WORD.test(character);
}

/** Decodes the escapes of JSON once; escaped control characters such as \n become a space. */
function unescapeJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_all, hex: string | undefined, plain = "") =>
    hex === undefined ? withoutControl(plain) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/**
 * Returns a space for the letter of an escaped control character such as \n, because that letter is not part of a
 * word; any other character unchanged.
 */
function withoutControl(escaped: string): string {
  return "bfnrt".includes(escaped) ? " " : escaped;
}

/** Decodes percent escapes; a byte beyond ASCII becomes a space, which ends a word. */
function decodePercent(text: string): string {
  return text.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => asciiOf(Number.parseInt(hex, 16)) ?? " ");
}

function asciiOf(code: number): string | undefined {
  return code < 0x80 ? String.fromCharCode(code) : undefined;
}

function unescapeXml(text: string): string {
  return text
    .replace(/&#x([0-9a-fA-F]{1,6});/g, (all, hex: string) => asciiOf(Number.parseInt(hex, 16)) ?? all)
    .replace(/&#(\d{1,7});/g, (all, digits: string) => asciiOf(Number(digits)) ?? all)
    .replace(/&([a-z]{2,4});/g, (all, name: string) => ownValue(XML_NAMES, name) ?? all);
}
