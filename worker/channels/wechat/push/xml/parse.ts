/**
 * Parses XML pushes: text to wire fields (WECHAT.md §1.4, WORKERS.md "Parsing"). `channels/wechat/push/xml/markup.ts`
 * rejects everything but plain XML; fast-xml-parser builds the tree; this module converts it to strings, lists and
 * fields.
 *
 * CDATA stays unchanged, including spaces and `&lt;`; only line ends become `\n`, as XML requires. Text outside CDATA
 * is trimmed and its references are decoded once.
 */
import { XMLParser } from "fast-xml-parser";
import { ownValue } from "../../../../../shared/base/own-value.ts";
import { err, ok, type Result } from "../../../../../shared/base/result.ts";
import { isWireFields, MAX_WIRE_DEPTH, MAX_WIRE_LENGTH, type WireFields, type WireValue } from "../wire.ts";
import { checkMarkup, COMMENT, type XmlReason } from "./markup.ts";

/** Why XML could not be parsed. */
export interface XmlProblem {
  readonly reason: XmlReason;
}

/**
 * A node as fast-xml-parser returns it with `preserveOrder`: one key, the tag with its children or `#text` with text.
 */
interface XmlNode {
  readonly [name: string]: string | readonly XmlNode[];
}

/** The name under which fast-xml-parser returns a text. No element has it. */
const TEXT_NODE = "#text";

/** Matches what may precede the root element: an XML declaration and comments. */
export const PROLOG = new RegExp(`^(?:<\\?xml\\s[^?<>]*\\?>\\s*)?(?:(?:${COMMENT.source})\\s*)*`);
const REFERENCE = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\dA-Fa-f]{1,6}));/g;
const NAMED: ReadonlyMap<string, string> = new Map([
  ["lt", "<"],
  ["gt", ">"],
  ["amp", "&"],
  ["quot", '"'],
  ["apos", "'"],
]);

const parser = new XMLParser({
  parseTagValue: false,
  ignoreAttributes: true,
  // Keeps repeated tags and text separate, and avoids a pass over the tree.
  preserveOrder: true,
  jPath: false,
  // The parser does not change CDATA and passes all other text to this decoder, which expands no entity of a DOCTYPE;
  // checkMarkup has already rejected every DOCTYPE. The parser's own decoder would expand them, and would be created
  // again for each document.
  processEntities: true,
  entityDecoder: {
    decode: decodeReferences,
    setExternalEntities: ignore,
    addInputEntities: ignore,
    setXmlVersion: ignore,
    reset: ignore,
  },
  // checkMarkup accepts comments and processing instructions; the parser drops comments by default.
  ignorePiTags: true,
  maxNestedTags: MAX_WIRE_DEPTH,
  // By default the parser renames a tag that is named like a method of Object; here tags only become own properties.
  onDangerousProperty: (name) => name,
});

/**
 * Parses an XML push.
 *
 * @param text the whole body; a BOM, an XML declaration and comments are accepted
 * @returns the children of the root by name: text, fields when it has children itself, a list when the name is
 * repeated, `""` when empty; or why it is refused
 */
export function parseXml(text: string): Result<WireFields, XmlProblem> {
  if (text.length > MAX_WIRE_LENGTH) return err({ reason: "too_large" });
  const body = text.trim().replace(PROLOG, "");
  const reason = checkMarkup(body);
  if (reason !== undefined) return err({ reason });
  const tree = readTree(body);
  const root = isWireFields(tree) ? tree["xml"] : undefined;
  if (root === "") return ok({});
  return isWireFields(root) ? ok(root) : err({ reason: "malformed" });
}

/** Parses the document to fields with `xml` as the only one; returns undefined when it cannot be parsed. */
function readTree(body: string): WireValue | undefined {
  try {
    const document: readonly XmlNode[] = parser.parse(body);
    return toValue(document);
  } catch {
    // An error of the parser although the markup is valid. Its message may quote the body, so it is dropped.
    return undefined;
  }
}

/**
 * Converts the children of an element to its value: a name that occurs once gets a value, a repeated one a list.
 * Returns undefined for text mixed with elements, which no push contains.
 */
function toValue(children: readonly XmlNode[]): WireValue | undefined {
  // Nearly every element has a single text. Without this line each would cost a few objects, on every push.
  const single = children.length === 1 ? children[0]?.[TEXT_NODE] : undefined;
  if (typeof single === "string") return single;
  let text = "";
  let count = 0;
  const fields: Record<string, WireValue | WireValue[]> = {};
  for (const child of children) {
    for (const name of Object.keys(child)) {
      const content = child[name] ?? "";
      if (typeof content === "string") text += content;
      else {
        const value = toValue(content);
        if (value === undefined) return undefined;
        addField(fields, name, value);
        count += 1;
      }
    }
  }
  if (count === 0) return text;
  return text === "" ? fields : undefined;
}

function addField(fields: Record<string, WireValue | WireValue[]>, name: string, value: WireValue): void {
  const known = ownValue(fields, name);
  if (known === undefined) fields[name] = value;
  else if (Array.isArray(known)) known.push(value);
  else fields[name] = [known, value];
}

/** Decodes references once. A reference to no valid character stays unchanged. */
export function decodeReferences(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(REFERENCE, (whole: string, name?: string, decimal?: string, hex?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex ?? "", 16) : Number.parseInt(decimal, 10);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}

function ignore(): void {
  // The parser's own decoder is not used: see processEntities above.
}
