/**
 * Stands in for @nodable/entities at build time (wrangler.toml, [alias]): fast-xml-parser's own decoder of entities
 * and its tables. `protocol/xml.ts` brings a decoder of its own, so none of it is ever used.
 */

/** The decoder fast-xml-parser would make (by `new`) if none were given. */
export function EntityDecoder(): never {
  throw new Error("protocol/xml.ts must pass fast-xml-parser its own entityDecoder");
}

/** Tables and names the module exports; the options of `protocol/xml.ts` ask for none of them. */
export const XML = {};
/** See `XML`. */
export const CURRENCY = {};
/** See `XML`. */
export const COMMON_HTML = {};
/** See `XML`. */
export const ENTITY_ACTION = { ALLOW: "allow", BLOCK: "block" };
