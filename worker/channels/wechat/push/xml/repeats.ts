/**
 * Detects user text that was parsed as markup (XML injection), by the end of CDATA and by repeated names. A text that
 * closes its own element early must open it again, otherwise the platform's closing tag does not match. The name of that
 * element, or of an enclosing one, then occurs twice.
 */
import { readMarkup } from "./markup.ts";

/**
 * Names of elements that may repeat side by side without children: a list of texts. `illegal_content` (WECHAT.md §3.2),
 * `item`, and names that end in "list"; no field with a user's text has such a name.
 */
const PLAIN_LIST = /^(?:illegal_content|item)$|list$/i;

/** An element that is open. */
interface OpenElement {
  /** The names of its child elements so far. */
  readonly names: Set<string>;
  /** The newest of these names. */
  newest: string;
  /** Whether a sibling has the same name, and the name is not that of a list of texts. */
  readonly needsChildren: boolean;
}

/** An end of CDATA that is not followed by a closing tag, so a user typed it. */
export const TYPED_END = /\]\]>(?!\s*<\/)/;

/**
 * Returns whether an event shows no sign that a text ended early.
 *
 * @param text a whole body that `parseXml` accepts
 */
export function isPlain(text: string): boolean {
  return !TYPED_END.test(text) && !hasTypedRepeat(text);
}

/**
 * Returns whether a name repeats in a way that only a typed text causes: an element without children next to another of
 * its name, or any other field between two of one name. Elements that have children may repeat side by side, as XML
 * writes a list (WECHAT.md §3.2). Takes one pass.
 */
function hasTypedRepeat(text: string): boolean {
  let element = openElement(false);
  const around: OpenElement[] = [];
  for (let at = text.indexOf("<xml"); at >= 0;) {
    const tag = readMarkup(text, at);
    if (typeof tag === "string") return true;
    const { kind, name } = tag;
    if (kind === "opening" || kind === "empty") {
      const isRepeat = element.names.has(name);
      const needsChildren = isRepeat && !PLAIN_LIST.test(name);
      if (isRepeat && element.newest !== name) return true;
      if (needsChildren && kind === "empty") return true;
      element.names.add(name);
      element.newest = name;
      if (kind === "opening") {
        around.push(element);
        element = openElement(needsChildren);
      }
    } else if (kind === "closing") {
      if (element.needsChildren && element.names.size === 0) return true;
      element = around.pop() ?? openElement(false);
    }
    at = text.indexOf("<", tag.end);
  }
  return false;
}

function openElement(needsChildren: boolean): OpenElement {
  return { names: new Set(), newest: "", needsChildren };
}
