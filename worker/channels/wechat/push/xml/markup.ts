/**
 * Checks a body's tags strictly before fast-xml-parser builds a tree from it. The parser accepts elements that are
 * unclosed, closed under another name or followed by other text; its validator is deprecated and takes five times as
 * long as this pass. This check rejects everything outside CDATA that is not a plain, properly nested element.
 */
import { isForbiddenName, MAX_WIRE_DEPTH, MAX_WIRE_NODES, type WireReason } from "../wire.ts";

/**
 * Why XML is rejected; `declaration` is a DOCTYPE, an ENTITY, or a comment or processing instruction that contains
 * markup. WeChat sends none of them.
 */
export type XmlReason = WireReason | "declaration";

/** The opening delimiter of unescaped text. */
export const CDATA_START = "<![CDATA[";
/** The closing delimiter of unescaped text. */
export const CDATA_END = "]]>";
/**
 * A comment or a processing instruction, which is ignored. Without brackets and quotes it cannot contain the end of a
 * text, and every parser finds its end at the same offset.
 */
export const COMMENT = /<!--[^<>\]]*-->|<\?[^<>\]"']*\?>/;
const COMMENT_HERE = new RegExp(COMMENT, "y");
/**
 * A closing tag (1: name) or an opening one (2: name, 3: `/` when it closes itself). Attributes are accepted and
 * ignored.
 */
const TAG = /<\/([A-Za-z_][\w.-]*)\s*>|<([A-Za-z_][\w.-]*)(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*(\/?)>/y;

/**
 * Checks the markup of a document.
 *
 * @param text without BOM, XML declaration or space around it
 * @returns why it is rejected, or undefined when it is exactly one well-nested `xml` element
 */
export function checkMarkup(text: string): XmlReason | undefined {
  const open: string[] = [];
  let nodes = 0;
  let at = 0;
  do {
    const tag = readMarkup(text, at);
    if (typeof tag === "string") return tag;
    if (open.length === 0 && (tag.kind === "closing" || tag.name !== "xml")) return "malformed";
    if (tag.kind === "closing" && open.pop() !== tag.name) return "malformed";
    if (tag.kind === "opening") open.push(tag.name);
    if (tag.kind !== "closing") nodes += 1;
    if (open.length > MAX_WIRE_DEPTH) return "too_deep";
    if (nodes > MAX_WIRE_NODES) return "too_many_nodes";
    // Nothing may follow the root's closing tag.
    if (open.length === 0) return tag.end === text.length ? undefined : "malformed";
    at = text.indexOf("<", tag.end);
  } while (at >= 0);
  return "malformed";
}

/** A tag, a CDATA section or a comment. */
export interface Markup {
  readonly kind: "opening" | "closing" | "empty" | "cdata" | "comment";
  /** The name of a tag. */
  readonly name: string;
  /** The offset at which the markup ends. */
  readonly end: number;
}

/**
 * Reads the CDATA section, the comment or the tag that begins at `at`, a UTF-16 offset; or returns why it is rejected.
 */
export function readMarkup(text: string, at: number): Markup | XmlReason {
  if (text.startsWith(CDATA_START, at)) {
    const end = text.indexOf(CDATA_END, at);
    return end < 0 ? "malformed" : { kind: "cdata", name: "", end: end + CDATA_END.length };
  }
  TAG.lastIndex = at;
  const match = TAG.exec(text);
  if (match === null) return readComment(text, at);
  const [, closing, opening, slash] = match;
  const name = closing ?? opening ?? "";
  if (isForbiddenName(name)) return "bad_name";
  const end = TAG.lastIndex;
  if (closing !== undefined) return { kind: "closing", name, end };
  return { kind: slash === "/" ? "empty" : "opening", name, end };
}

function readComment(text: string, at: number): Markup | XmlReason {
  COMMENT_HERE.lastIndex = at;
  if (COMMENT_HERE.test(text)) return { kind: "comment", name: "", end: COMMENT_HERE.lastIndex };
  return text.startsWith("<!", at) || text.startsWith("<?", at) ? "declaration" : "malformed";
}
