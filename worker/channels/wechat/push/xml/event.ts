/**
 * Parses an event in XML that the parser refuses, or in which a user's text may have been parsed as fields (WECHAT.md
 * §1.4). Its elements are read from both ends inwards while they are unambiguous; the part between them is damaged.
 *
 * The platform writes each element as `<Name>…</Name>` and does not escape a user's text. The end of an element is
 * unambiguous when its closing tag occurs once in the body: if a text had ended the element early, the platform's own
 * closing tag would follow. The start of the next element is then unambiguous too. Read backwards from the last
 * element, the same holds for the opening tag.
 */
import { isForbiddenName, MAX_WIRE_DEPTH, MAX_WIRE_NODES, type WireFields, type WireValue } from "../wire.ts";
import { HEAD, isNamedEvent, PLAIN_VALUE, ROOT_END, ROOT_START } from "./edges.ts";
import { COMMENT } from "./markup.ts";
import { decodeReferences, parseXml, PROLOG } from "./parse.ts";
import { isPlain } from "./repeats.ts";

/** The parsed part of an event. */
export interface XmlEvent {
  readonly fields: WireFields;
  /** The part that cannot be parsed, unchanged. */
  readonly damaged?: string;
}

/** The number of opening and closing tags of each name. */
interface TagCounts {
  readonly opened: ReadonlyMap<string, number>;
  readonly closed: ReadonlyMap<string, number>;
}

/** A part of a body: UTF-16 offsets. */
interface Span {
  readonly start: number;
  readonly end: number;
}

const NAME = "[A-Za-z_][\\w.-]*";
const OPENED = new RegExp(`<(${NAME})`, "g");
const CLOSED = new RegExp(`</(${NAME})`, "g");
const OPENING = new RegExp(`\\s*<(${NAME})(/?)>`, "y");
const PASSED = new RegExp(`\\s*(?:${COMMENT.source})`, "y");
const CLOSING = new RegExp(`^</(${NAME})>$`);
const CDATA = /^\s*<!\[CDATA\[([^]*)\]\]>\s*$/;

/**
 * Parses an event.
 *
 * @param text the whole body
 * @returns undefined when the part that can be parsed names no event
 */
export function readXmlEvent(text: string): XmlEvent | undefined {
  const start = text.indexOf(ROOT_START);
  // Nearly every body that is not an event is rejected here.
  if (start < 0 || !text.includes("<Event>")) return undefined;
  const body = text.trimEnd();
  const isWhole = body.endsWith(ROOT_END);
  const end = isWhole ? body.length - ROOT_END.length : body.length;
  const reading = createReading(body, countTags(body), 1);
  const inner = { start: start + ROOT_START.length, end };
  const from = reading.forward(inner);
  const to = isWhole ? reading.backward({ start: from, end }) : end;
  const before = text.slice(0, start).trim().replace(PROLOG, "");
  const { fields, left } = reading.result({ start: from, end: to });
  if (!isNamedEvent(fields)) return undefined;
  const damaged = before + left;
  return damaged === "" && isWhole ? { fields } : { fields, damaged };
}

/** Creates the reader of the elements of one part of a body. */
function createReading(body: string, counts: TagCounts, level: number) {
  const values = new Map<string, WireValue>();
  /** Elements from the beginning, and from the end, that are unambiguous but cannot be fields; unchanged. */
  const before: string[] = [];
  const behind: string[] = [];
  const valueOf = (span: Span) => readValue(body, span, counts, level);
  /**
   * Returns whether an element is one of the platform's own fields, whose value contains no bracket: no user text can
   * have ended it early.
   */
  const isHead = (name: string, value: string) => level === 1 && HEAD.has(name) && PLAIN_VALUE.test(value);

  /**
   * Adds an unambiguous element. Returns false when it has to stay in the damaged part, together with everything
   * further inside.
   */
  function take(name: string, value: WireValue | undefined, element: Span, left: string[]): boolean {
    if (values.has(name) || values.size + before.length + behind.length >= MAX_WIRE_NODES) return false;
    if (value === undefined || isForbiddenName(name)) left.push(body.slice(element.start, element.end));
    else values.set(name, value);
    return true;
  }

  return {
    /** Reads elements from the beginning. Returns the start of the first ambiguous one. */
    forward({ start, end }: Span): number {
      for (let at = start; ;) {
        at = skipComments(body, at);
        OPENING.lastIndex = at;
        const [, name, empty = ""] = OPENING.exec(body) ?? [];
        const from = OPENING.lastIndex;
        if (name === undefined || from > end) return at;
        const closing = empty === "" ? `</${name}>` : "";
        const to = body.indexOf(closing, from);
        const next = to + closing.length;
        if (to < 0 || next > end) return at;
        const inner = { start: from, end: to };
        const isCertain = empty !== "" || counts.closed.get(name) === 1 || isHead(name, body.slice(from, to));
        if (!isCertain || !take(name, valueOf(inner), { start: at, end: next }, before)) return at;
        at = next;
      }
    },

    /** Reads elements from the end. Returns the end of the last ambiguous one. */
    backward({ start, end }: Span): number {
      for (let at = end; ;) {
        const rest = body.slice(start, at).trimEnd();
        const last = rest.lastIndexOf("</");
        const [, name] = CLOSING.exec(rest.slice(last)) ?? [];
        if (last < 0 || name === undefined) return at;
        const opening = `<${name}>`;
        const first = rest.lastIndexOf(opening, last);
        if (first < 0) return at;
        const inner = { start: start + first + opening.length, end: start + last };
        const isCertain = counts.opened.get(name) === 1 || isHead(name, body.slice(inner.start, inner.end));
        if (!isCertain || !take(name, valueOf(inner), { start: start + first, end: at }, behind)) return at;
        at = start + first;
      }
    },

    /** Returns the elements that were read, and the damaged part. */
    result({ start, end }: Span): { readonly fields: WireFields; readonly left: string } {
      const left = [...before, body.slice(start, end).trim(), ...behind.toReversed()];
      return { fields: Object.fromEntries(values), left: left.join("") };
    },
  };
}

/** Returns the offset after the comments. */
function skipComments(body: string, start: number): number {
  for (let at = start; ; at = PASSED.lastIndex) {
    PASSED.lastIndex = at;
    if (!PASSED.test(body)) return at;
  }
}

/**
 * Returns the value of an element whose ends are unambiguous; undefined when it contains elements that cannot all be
 * read.
 */
function readValue(body: string, span: Span, counts: TagCounts, level: number): WireValue | undefined {
  const text = body.slice(span.start, span.end);
  const typed = CDATA.exec(text)?.[1];
  // As the parser returns it: line ends as in XML, white space around a value without CDATA removed.
  if (typed !== undefined) return typed.replace(/\r\n?/g, "\n");
  if (!text.includes("<")) return decodeReferences(text.trim()).replace(/\r\n?/g, "\n");
  const nested = `${ROOT_START}${text}${ROOT_END}`;
  const parsed = parseXml(nested);
  if (parsed.ok && isPlain(nested)) return parsed.value;
  if (level === MAX_WIRE_DEPTH) return undefined;
  const reading = createReading(body, counts, level + 1);
  const from = reading.forward(span);
  const { fields, left } = reading.result({ start: from, end: span.end });
  return left === "" ? fields : undefined;
}

function countTags(body: string): TagCounts {
  return { opened: count(body, OPENED), closed: count(body, CLOSED) };
}

function count(body: string, tag: RegExp): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = ""] of body.matchAll(tag)) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
