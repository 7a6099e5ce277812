/**
 * Whether a text names a user: the JSON of an event, or a push that could not be read. Pure. In doubt
 * it does: a record erased without need is one the operator misses, a record left is a user's.
 */
import { ownValue } from "../../shared/own.ts";

/** What an openid of WeChat's form consists of: beside one of these the same characters are part of another word. */
const WORD = /[\w-]/;
/** JSON in a field of JSON is escaped twice. */
const MAX_ESCAPES = 2;

const XML_NAMES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Whether the openid is in the text as a whole word, as it is or escaped for JSON or XML. */
export function namesUser(text: string, openid: string): boolean {
  if (hasWord(text, openid)) return true;
  let json = text;
  for (let times = 0; times < MAX_ESCAPES && json.includes("\\"); times += 1) {
    json = unescapeJson(json);
    if (hasWord(json, openid)) return true;
  }
  return text.includes("&") && hasWord(unescapeXml(text), openid);
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    const goesOnLeft = isWord(text[at - 1]) && isWord(word[0]);
    const goesOnRight = isWord(text[end]) && isWord(word.at(-1));
    if (!goesOnLeft && !goesOnRight) return true;
  }
  return false;
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && WORD.test(character);
}

/** Visible ASCII alone: nothing else is in an openid. */
function unescapeJson(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_all, hex: string | undefined, plain: string | undefined) =>
    hex === undefined ? (plain ?? "") : String.fromCharCode(Number.parseInt(hex, 16)),
  );
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
