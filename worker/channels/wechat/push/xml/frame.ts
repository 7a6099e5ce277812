/**
 * Parses a push in XML whose text is not escaped: `]]>` arrives as the user typed it (WECHAT.md §1.4), so for a parser
 * a user's text may end its CDATA section and look like fields. Therefore the platform's own fields are used as limits:
 * a text begins at the first tag of a field that contains user text and ends at the last such tag, because the platform
 * wrote everything before and after them. This part is cut out, the strict parser parses the rest, and the text is then
 * inserted unchanged.
 *
 * A card contains two texts, its title and its path. When one of them contains the border between the two, the border
 * cannot be located and the push is damaged; its sender and its id are still known.
 */
import { ownValue } from "../../../../../shared/base/own-value.ts";
import { err, ok, type Result } from "../../../../../shared/base/result.ts";
import { isWireList, MAX_WIRE_LENGTH, type WireFields } from "../wire.ts";
import { IDENTITY, isIdentified, isNamedEvent, readEdges, type XmlEdges } from "./edges.ts";
import { readXmlEvent } from "./event.ts";
import { CDATA_END, CDATA_START } from "./markup.ts";
import { parseXml, type XmlProblem } from "./parse.ts";
import { isPlain, TYPED_END } from "./repeats.ts";

/** The content of a push. */
export interface XmlFrame {
  readonly fields: WireFields;
  /**
   * For a message or an event that cannot be parsed completely: the part between the parsed fields, unchanged; for JSON
   * the whole text.
   */
  readonly damaged?: string;
}

/**
 * The fields that hold a user's text, by kind of push: MsgType, or `event:` and the Event. Between two of them there may
 * be only plain values.
 */
export type TypedTexts = ReadonlyMap<string, readonly string[]>;

/** The texts of a channel, prepared by `createFrame`. */
export interface TextFrame {
  readonly texts: TypedTexts;
  /** The names of all fields that contain a user's text. */
  readonly names: readonly string[];
  /** The opening tag of such a field (1: name). */
  readonly opening: RegExp;
  /**
   * From the end of a text to the beginning of the next: plain values of the platform (1) and the name of the next text
   * field (3).
   */
  readonly gap: RegExp;
}

/**
 * Prepares the reading of a channel's pushes, once.
 *
 * @param texts at least one; a channel whose pushes contain no user's text needs no frame
 */
export function createFrame(texts: TypedTexts): TextFrame {
  const names = [...texts.values()].flat();
  const opening = new RegExp(`<(${names.join("|")})>`);
  const gap = new RegExp(
    `\\s*((?:<(?!(?:${names.join("|")})>)(\\w+)>(?:<!\\[CDATA\\[[^\\]<>]*\\]\\]>|[^<>]*)<\\/\\2>\\s*)*)<(\\w+)>\\s*<!\\[CDATA\\[`,
    "y",
  );
  return { texts, names, opening, gap };
}

/** One element (1: name) with a value of any form that ends where XML ends it (2: when it is in CDATA). */
const ELEMENT = /\s*<(\w+)>(?:\s*<!\[CDATA\[([^\]]*(?:\](?!\]>)[^\]]*)*)\]\]>\s*|[^<]*)<\/\1>\s*/y;

/** The fields that identify a message and its kind: never read from the part between two texts. */
const SAID: ReadonlySet<string> = new Set([...IDENTITY, "BusinessId", "Encrypt"]);

/** The part of a body from the first tag of a text to the last. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly first: string;
  readonly last: string;
  /** The text including its tags. */
  readonly text: string;
}

/**
 * Parses an XML push.
 *
 * @param text the whole body
 * @param frame the channel's fields with user text
 * @returns the fields of the push, with the user's texts as they were typed, including CR and LF; or why it is refused
 */
export function readXmlFrame(text: string, frame: TextFrame): Result<XmlFrame, XmlProblem> {
  if (text.length > MAX_WIRE_LENGTH) return err({ reason: "too_large" });
  return readAround(text, frame) ?? readWhole(text);
}

/**
 * Parses a push of a kind that contains texts. Returns undefined for any other push, and when the part around the texts
 * cannot be parsed or does not identify a message.
 */
function readAround(text: string, frame: TextFrame): Result<XmlFrame, XmlProblem> | undefined {
  const stretch = findStretch(text, frame);
  if (stretch === undefined) return undefined;
  const around = parseXml(text.slice(0, stretch.start) + text.slice(stretch.end));
  if (!around.ok) return undefined;
  const texts = textsOf(around.value, frame);
  const isWhole = texts.every((name) => !Object.hasOwn(around.value, name));
  if (!isWhole || !texts.includes(stretch.first) || !texts.includes(stretch.last)) return undefined;
  const inside = readStretch(stretch, frame);
  const isNew = (name: string) => !Object.hasOwn(around.value, name) && !SAID.has(name);
  if (inside !== undefined && Object.keys(inside).every(isNew)) return ok({ fields: { ...around.value, ...inside } });
  return isIdentified(around.value) ? ok({ fields: around.value, damaged: stretch.text }) : undefined;
}

function findStretch(text: string, frame: TextFrame): Stretch | undefined {
  const opening = frame.opening.exec(text);
  if (opening === null) return undefined;
  const [, first = ""] = opening;
  const closings = frame.names.map((name) => ({ name, at: text.lastIndexOf(`</${name}>`) }));
  const last = closings.reduce((latest, closing) => (closing.at > latest.at ? closing : latest));
  if (last.at < opening.index) return undefined;
  const start = opening.index;
  const end = last.at + last.name.length + 3;
  return { start, end, first, last: last.name, text: text.slice(start, end) };
}

/** Returns the names of the texts in a push of this kind; none for other kinds. */
function textsOf(fields: WireFields, { texts }: TextFrame): readonly string[] {
  const type = ownValue(fields, "MsgType");
  const event = ownValue(fields, "Event");
  const isEvent = typeof event === "string" && (type === undefined || type === "event");
  const kind = isEvent ? `event:${event}` : type;
  return (typeof kind === "string" ? texts.get(kind) : undefined) ?? [];
}

/** Parses the texts of a part and the fields between them; returns undefined when they cannot be separated. */
function readStretch({ first, last, text }: Stretch, { gap }: TextFrame): WireFields | undefined {
  const inner = text.slice(first.length + 2, -(last.length + 3)).trim();
  if (!inner.startsWith(CDATA_START) || !inner.endsWith(CDATA_END)) return readPlainly(text);
  const typed = inner.slice(CDATA_START.length, -CDATA_END.length);
  if (first === last) return { [first]: typed };
  return splitTexts(typed, first, last, gap) ?? readPlainly(text);
}

/** Splits two texts at the border between them; returns undefined unless there is exactly one border. */
function splitTexts(typed: string, first: string, last: string, gap: RegExp): WireFields | undefined {
  const end = `${CDATA_END}</${first}>`;
  let found: WireFields | undefined;
  for (let at = typed.indexOf(end); at >= 0; at = typed.indexOf(end, at + 1)) {
    gap.lastIndex = at + end.length;
    const [, between = "", , next] = gap.exec(typed) ?? [];
    if (next !== last) continue;
    const fields = parseXml(`<xml>${between}</xml>`);
    if (found !== undefined || !fields.ok) return undefined;
    found = { ...fields.value, [first]: typed.slice(0, at), [last]: typed.slice(gap.lastIndex) };
  }
  return found;
}

/**
 * Parses elements as defined by XML; returns undefined when a name repeats or the parser refuses them. The result is
 * correct when each name occurs once and no value contains the end of CDATA: a text that ends its element early must
 * open it again, or the platform's own closing tag would not match.
 */
function readPlainly(elements: string): WireFields | undefined {
  const typed = new Map<string, string | undefined>();
  for (let at = 0; at < elements.length; at = ELEMENT.lastIndex) {
    ELEMENT.lastIndex = at;
    const [, name, section] = ELEMENT.exec(elements) ?? [];
    if (name === undefined || typed.has(name)) return undefined;
    typed.set(name, section);
  }
  const parsed = parseXml(`<xml>${elements}</xml>`);
  if (!parsed.ok) return undefined;
  // A text in CDATA is taken from the body, because the parser converts its CR LF to one line end.
  const fields = Object.entries(parsed.value).map(([name, value]) => [name, typed.get(name) ?? value] as const);
  return Object.fromEntries(fields);
}

/**
 * Parses a push without any of the known texts. A message of an unknown kind may contain another text, and so may an
 * event (a complaint has a remark): if a typed text may have been parsed as a field, the push is damaged.
 */
function readWhole(text: string): Result<XmlFrame, XmlProblem> {
  const whole = parseXml(text);
  // The usual body of an encrypted push: a ciphertext and its receiver.
  if (whole.ok && isCiphertext(whole.value)) return ok({ fields: whole.value });
  if (whole.ok && isEvent(whole.value) && isPlain(text)) return ok({ fields: whole.value });
  const event = readXmlEvent(text);
  if (event !== undefined) return ok(event);
  const edges = readEdges(text);
  if (edges !== undefined && !(whole.ok && isUnharmed(whole.value, edges))) {
    return ok({ fields: edges.fields, damaged: edges.between });
  }
  if (!whole.ok) return whole;
  return TYPED_END.test(text) ? err({ reason: "malformed" }) : ok({ fields: whole.value });
}

/** Returns whether the body has no plaintext fields: the kind of push is known only after decryption. */
function isCiphertext(fields: WireFields): boolean {
  const isClear = Object.hasOwn(fields, "MsgType") || Object.hasOwn(fields, "Event");
  return !isClear && typeof ownValue(fields, "Encrypt") === "string";
}

function isEvent(fields: WireFields): boolean {
  return ownValue(fields, "MsgType") === "event" || isNamedEvent(fields);
}

/**
 * Returns whether the parser found the fields of both ends with the same values, each once, and each text ends with its
 * element.
 */
function isUnharmed(whole: WireFields, { fields, between }: XmlEdges): boolean {
  const isSame = [...SAID].every((name) => ownValue(whole, name) === ownValue(fields, name));
  return isSame && !Object.values(whole).some(isWireList) && !TYPED_END.test(between);
}
