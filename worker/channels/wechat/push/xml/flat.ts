/**
 * Reads the commonest XML without the parser: one level of elements, each with a single text. A push consists of two such
 * documents, its envelope and its content, and the check of the markup with the tree of the parser would be a twentieth of
 * the CPU that storing it costs. Anything that is not certain to be read alike is left to the parser.
 */
import { isForbiddenName, type WireFields } from "../wire.ts";
import { ROOT_END, ROOT_START } from "./edges.ts";

/**
 * An element (1: name) with a text in CDATA (2) or without CDATA (3), and the space before it. Left to the parser: CDATA
 * with `]`, where it might end; CR, which XML converts; references, and space outside CDATA, which is trimmed.
 */
const ELEMENT = /[ \t\n]*<([A-Za-z_][\w.-]*)>(?:<!\[CDATA\[([^\]\r]*)\]\]>|([^\s<&]*))<\/\1>/y;
/** More elements than any push has; the parser counts those of larger documents. */
const MAX_FLAT_ELEMENTS = 100;

/**
 * Reads a document.
 *
 * @param body the text without BOM, XML declaration or space around it
 * @returns the same fields as the parser; undefined when the document is for the parser, be it valid or not
 */
export function readFlatXml(body: string): WireFields | undefined {
  if (!body.startsWith(ROOT_START) || !body.endsWith(ROOT_END)) return undefined;
  const end = body.length - ROOT_END.length;
  const fields: Record<string, string> = {};
  let at = ROOT_START.length;
  for (let count = 0; at < end && count < MAX_FLAT_ELEMENTS; count += 1) {
    ELEMENT.lastIndex = at;
    const element = ELEMENT.exec(body);
    if (element === null) return undefined;
    const [, name = "", section, bare = ""] = element;
    if (isForbiddenName(name) || Object.hasOwn(fields, name)) return undefined;
    fields[name] = section ?? bare;
    at = ELEMENT.lastIndex;
  }
  // An element named like the root may have taken the root's end.
  return at === end ? fields : undefined;
}
