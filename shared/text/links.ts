/**
 * Links in texts (WECHAT.md §4.2): `<a href="…" data-miniprogram-appid="…" data-miniprogram-path="…">…</a>`. WeChat
 * refuses a text that links to another mini program (40013), so links are checked before a text is accepted. How WeChat
 * reads a malformed tag is not documented: here a tag extends as far as any interpretation allows, so that every
 * possible link is checked.
 */
import { dropControls, TAG_REST } from "../base/visible.ts";
import { parseCardPath } from "../entry/card-path.ts";

/** A problem of a link, and its fix. */
export interface LinkProblem {
  readonly problem: string;
  readonly cure: string;
}

const TAG = new RegExp(String.raw`<a(?=[\s/])${TAG_REST}`, "gi");
const APPID = "data-miniprogram-appid";
const PATH = "data-miniprogram-path";
/**
 * Attributes that make a link, anywhere in a tag, including inside the value of another attribute, because another
 * parser may end that value elsewhere.
 */
const LINK_ATTRIBUTE = /(data-miniprogram-(?:appid|path))(?=(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]{0,4096})))?)/gi;
/** A tag up to its first `>`, up to the next `<`, or to the end of the text. */
const SIMPLE_TAG = /<a(?=[\s/>]|$)[^<>]*>?/gi;
/** The target of a tag, from any of its attributes. A quotation mark need not be closed. */
const TARGET = /(?:href|data-miniprogram-(?:appid|path))\s*=\s*(?:"([^"]*)|'([^']*)|([^\s"'>]*))/gi;
/** The beginning of a tag in unescaped text. */
const WRITTEN_TAG = /<\s*a(?![a-z0-9])/;
const ENTITY = /&(?:(lt|gt|quot|apos|amp)|#(\d{1,7})|#x([0-9a-f]{1,6}));?/gi;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
/**
 * The maximum number of times that escapes are decoded, because a user's text may have been escaped several times.
 */
const ESCAPES = 3;
const FILLED_HREF = /[\s"']href\s*=\s*(?:["']\s*)?[^\s"'>]/i;

/**
 * Returns the first problem of a text's links.
 *
 * @param text the text to send
 * @param appid the mini program that sends the text: the only one its links may lead to; undefined: any
 * @returns undefined when every link is valid, or there is none
 */
export function findLinkProblem(text: string, appid: string | undefined): LinkProblem | undefined {
  const sent = dropControls(text);
  for (const { start, end } of findTags(sent)) {
    const found = checkTag(sent.slice(start, end), appid);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Returns the positions of the opening tags of links. A tag with an unclosed quotation mark extends to the end of the
 * text.
 */
export function findTags(text: string): readonly { readonly start: number; readonly end: number }[] {
  const tags: { start: number; end: number }[] = [];
  for (const { 0: tag, index: start } of text.matchAll(TAG)) {
    const isClosed = tag.endsWith(">");
    tags.push({ start, end: isClosed ? start + tag.length : text.length });
    if (!isClosed) break;
  }
  return tags;
}

/** Converts a user's words to plain text: replaces each < by the full-width ＜, which begins no tag. */
export function plainText(words: string): string {
  return words.replace(/</g, "＜");
}

/**
 * Removes the links of a text that the user's own words contain too, because a user's words are sent as plain text.
 * When the user wrote a tag, in any width or as entities, this also removes tags of the answer whose target occurs only
 * in the user's words, and tags without a closing tag, because the answer may have cut the words it repeats.
 *
 * @param text an answer that may repeat the user's words; control characters are removed, as when it is sent
 * @param words everything the user wrote; compared ignoring case and white space
 */
export function disarmRepeated(text: string, words: readonly string[]): string {
  const whole = new Set<string>();
  const cut: string[] = [];
  const heard = words.map(dropControls);
  for (const word of heard) {
    for (const { 0: tag, index } of word.matchAll(SIMPLE_TAG)) {
      if (tag.endsWith(">")) whole.add(fold(tag));
      else if (index + tag.length === word.length) cut.push(fold(tag).trimEnd());
    }
  }
  const unescaped = heard.map(unescapeWords).filter((word) => WRITTEN_TAG.test(word));
  if (unescaped.length === 0 && !heard.some((word) => word.search(SIMPLE_TAG) !== -1)) return text;
  const targets = unescaped.map(withoutSpaces);
  return dropControls(text).replace(SIMPLE_TAG, (tag) => {
    const folded = fold(tag);
    const isRepeated = !tag.endsWith(">") || whole.has(folded) || cut.some((start) => folded.startsWith(start));
    return isRepeated || leadsOnlyTo(targets, tag) ? plainText(tag) : tag;
  });
}

function checkTag(tag: string, appid: string | undefined): LinkProblem | undefined {
  const appids = valuesOf(tag, APPID);
  const paths = valuesOf(tag, PATH);
  if (appids.length === 0 && paths.length === 0) return undefined;
  if (appids.some((value) => value !== (appid ?? value))) {
    const cure = `write ${appid ?? "the AppID"} in ${APPID}: a text can link only to pages of this mini program`;
    return { problem: "has a link to another mini program", cure };
  }
  if (appids.length === 0) {
    return { problem: `has a link with ${PATH} and without ${APPID}`, cure: `add ${APPID}="${appid ?? "the AppID"}"` };
  }
  if (paths.length === 0) {
    const cure = `add ${PATH} with a page path of app.json, such as pages/order/index?id=1`;
    return { problem: `has a link with ${APPID} and without ${PATH}`, cure };
  }
  if (paths.some((path) => parseCardPath(path) === undefined)) {
    const cure = "write a page path of app.json, optionally with a query, such as pages/order/index?id=1";
    return { problem: `has a link whose ${PATH} is not a page path`, cure };
  }
  if (!FILLED_HREF.test(tag)) {
    const cure = "add href with a web URL, which versions of WeChat before 6.5.16 open instead";
    return { problem: "has a mini-program link without href", cure };
  }
  return undefined;
}

/** Returns every value of an attribute, anywhere in a tag; "" for an attribute without a value. */
function valuesOf(tag: string, name: string): readonly string[] {
  return [...tag.matchAll(LINK_ATTRIBUTE)]
    .filter(([, found = ""]) => found.toLowerCase() === name)
    .map(([, , double, single, bare]) => double ?? single ?? bare ?? "");
}

/** Returns whether one of these words contains every target of a tag; false for a tag without a target. */
function leadsOnlyTo(words: readonly string[], tag: string): boolean {
  const values = [...tag.matchAll(TARGET)]
    .map(([, double, single, bare]) => withoutSpaces(unescapeWords(double ?? single ?? bare ?? "")))
    .filter((value) => value !== "");
  return values.length > 0 && words.some((word) => values.every((value) => word.includes(value)));
}

/** Normalises words: decodes entities, converts to normal width and lower case. */
function unescapeWords(words: string): string {
  let plain = words;
  for (let times = 0; times < ESCAPES && plain.includes("&"); times += 1) plain = plain.replace(ENTITY, readEntity);
  return plain.normalize("NFKC").toLowerCase();
}

function readEntity(entity: string, name?: string, decimal?: string, hex?: string): string {
  if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? entity;
  const code = decimal === undefined ? parseInt(hex ?? "", 16) : Number(decimal);
  return code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}

function withoutSpaces(text: string): string {
  return text.replace(/\s+/g, "");
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ");
}
