/**
 * Stands in for is-unsafe at build time (wrangler.toml, [alias]). fast-xml-parser asks it only about the text of
 * entities a DOCTYPE defines, and only in a decoder of its own; `protocol/xml.ts` brings another and `xml-markup.ts`
 * refuses every DOCTYPE before. Should such an entity ever get here after all, it is blocked.
 */

/** Every text is unsafe. */
export function isUnsafe(): boolean {
  return true;
}

/** The contexts fast-xml-parser names; nothing here looks at them. */
export const HTML = "HTML";
/** See `HTML`. */
export const XML = "XML";
