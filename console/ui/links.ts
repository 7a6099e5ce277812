/**
 * A text message as a phone shows it: plain text, links, and mini-program links (WECHAT.md §4.2). The text is never
 * treated as HTML: `<a …>` is recognised here and converted to data; all other text is unchanged.
 */

/** A piece of a text. */
export type TextPart =
  | { readonly kind: "text"; readonly text: string }
  /** An http(s) URL, written in the text or as an `<a href>`. */
  | { readonly kind: "link"; readonly text: string; readonly url: string }
  | { readonly kind: "miniprogram"; readonly text: string; readonly appid: string; readonly path: string };

const ANCHOR = /<a\s([^<>]*)>([^<]*)<\/a\s*>/gi;
const ATTRIBUTE = /([a-zA-Z][\w-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/g;
const WEB_ADDRESS = /https?:\/\/[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/g;
/** Trailing punctuation that does not belong to a URL. */
const TRAILING = /[.,;:!?)\]']+$/;

/** Splits a text into pieces. The joined texts of the pieces are the message. */
export function parseText(content: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of content.matchAll(ANCHOR)) {
    const anchor = toAnchor(match[1] ?? "", match[2] ?? "");
    if (anchor === null) continue;
    parts.push(...splitAddresses(content.slice(at, match.index)), anchor);
    at = match.index + match[0].length;
  }
  parts.push(...splitAddresses(content.slice(at)));
  return parts;
}

/** Returns whether the page may open a URL: it must be a valid http(s) URL. */
export function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^\s/]/i.test(url) && isUrl(url);
}

/** Returns whether a text is a URL. Not URL.canParse: Chrome before 120 and Safari before 17 lack it. */
function isUrl(text: string): boolean {
  try {
    return new URL(text).href !== "";
  } catch {
    return false; // not a URL
  }
}

/** Parses an `<a>` tag; null when a phone would not open its target: the tag then stays text. */
function toAnchor(attributes: string, text: string): TextPart | null {
  const values = new Map<string, string>();
  for (const [, name = "", double, single, bare] of attributes.matchAll(ATTRIBUTE)) {
    values.set(name.toLowerCase(), double ?? single ?? bare ?? "");
  }
  const appid = values.get("data-miniprogram-appid") ?? "";
  const path = values.get("data-miniprogram-path") ?? "";
  if (appid !== "" && path !== "") return { kind: "miniprogram", text, appid, path };
  const url = values.get("href") ?? "";
  return isWebAddress(url) ? { kind: "link", text, url } : null;
}

/** Splits a text at its URLs, without recognising `<a>` tags; used for a user's own text. */
export function splitAddresses(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let at = 0;
  for (const match of text.matchAll(WEB_ADDRESS)) {
    const url = match[0].replace(TRAILING, "");
    if (!isWebAddress(url)) continue;
    if (match.index > at) parts.push({ kind: "text", text: text.slice(at, match.index) });
    parts.push({ kind: "link", text: url, url });
    at = match.index + url.length;
  }
  if (at < text.length) parts.push({ kind: "text", text: text.slice(at) });
  return parts;
}
