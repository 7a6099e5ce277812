/** The card a user may send when entering a chat, for both entry methods (WECHAT.md §9.1, §9.3). */

import { warnDeveloper } from "./developer-hint.ts";

/** The content of the card. WeChat fills in missing fields: the page's title, its path, a screenshot. */
export interface CardOptions {
  readonly title?: string;
  /** The target of the card, as returned by `buildCardPath`: no leading slash. */
  readonly path?: string;
  /** URL of the picture, ideally 5:4. */
  readonly image?: string;
  /**
   * WeCom only: adds `.html` to the page of the path. WeCom's own cards need it; whether this card does is not
   * documented, so try it when the card does not open a page. Default false.
   */
  readonly htmlSuffix?: boolean;
}

/** The card as the attributes of a button. */
export interface ShownCard {
  readonly shown: boolean;
  readonly title: string;
  readonly path: string;
  readonly image: string;
}

/** The attributes of a button without a card. */
export const NO_CARD: ShownCard = { shown: false, title: "", path: "", image: "" };

/** Converts a card to the attributes of a button. @param card null or undefined: no card */
export function toShownCard(card: CardOptions | null | undefined): ShownCard {
  if (card === null || card === undefined) return NO_CARD;
  const { title = "", image = "" } = card;
  return { shown: true, title, path: readPath(card), image };
}

/** Returns the path of the card, with `.html` added to the page when `htmlSuffix` is set (WeCom). */
export function toChatPath(card: CardOptions): string {
  const { htmlSuffix = false } = card;
  const path = readPath(card);
  if (!htmlSuffix || !path) return path;
  const [page = "", ...query] = path.split("?");
  const suffixed = page.endsWith(".html") ? page : `${page}.html`;
  return [suffixed, ...query].join("?");
}

/**
 * Reads the path of a card. WXML has no types, so a page may pass the `Result` of `buildCardPath`, which WeChat would
 * show as `[object Object]`.
 */
function readPath(card: { readonly path?: unknown }): string {
  const { path } = card;
  if (typeof path === "string") return path;
  if (path !== undefined && path !== null) warnDeveloper("card_path", path);
  return "";
}
