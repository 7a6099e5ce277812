/**
 * The return from a card: the user taps a card in the chat, WeChat returns to the page and fires `contact` with the
 * target of the card; the page must navigate there itself (WECHAT.md §9.1). The path was sent in a chat, so it is
 * parsed as untrusted data.
 */
import { buildCardPath, err, ok, parseCardPath, type Result } from "./codecs.ts";
import { callWx, messageOf, type Callbacks } from "./wx-call.ts";

/** The target of a card, typed; `page` is missing when it could not be read. */
export interface ContactDetail {
  /** As WeChat returned it; empty when it returned none. */
  readonly path: string;
  /** The page, without a leading slash. */
  readonly page?: string;
  readonly query: Readonly<Record<string, string>>;
  /** The context passed to `buildCardPath`. It comes from the user's phone: use it for display only. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/** How a page was opened. */
export type Arrival = "already_there" | "navigateTo" | "switchTab" | "redirectTo";

/** Why the page was not opened. */
export type NavigateError =
  | { readonly reason: "unreadable_card" }
  | { readonly reason: "navigation_failed"; readonly page: string; readonly message: string };

/** Reads the `detail` of a native `contact` event; never throws. */
export function readContactDetail(detail: unknown): ContactDetail {
  const { path, query }: { path?: unknown; query?: unknown } =
    typeof detail === "object" && detail !== null ? detail : {};
  const text = typeof path === "string" ? path : "";
  const card = parseCardPath(text, query);
  if (card === undefined) return { path: text, query: {} };
  return { path: text, ...card };
}

/**
 * Navigates to the target of a card. A tab page is reached by `switchTab`, which drops the query; with ten pages open
 * the current one is replaced.
 */
export async function followCard(detail: ContactDetail): Promise<Result<Arrival, NavigateError>> {
  const { page, query, context } = detail;
  if (page === undefined) return err({ reason: "unreadable_card" });
  if (isCurrent(page, query)) return ok("already_there");
  const built = buildCardPath<Record<string, Readonly<Record<string, string>>>, string>(page, query, context);
  if (!built.ok) return err({ reason: "unreadable_card" });
  const url = `/${built.value}`;
  const ways: readonly (readonly [Arrival, (callbacks: Callbacks<unknown>) => unknown])[] = [
    ["navigateTo", (callbacks) => wx.navigateTo({ url, ...callbacks })],
    ["switchTab", (callbacks) => wx.switchTab({ url: `/${page}`, ...callbacks })],
    ["redirectTo", (callbacks) => wx.redirectTo({ url, ...callbacks })],
  ];
  const messages: string[] = [];
  for (const [arrival, go] of ways) {
    const gone = await callWx(go);
    if (gone.ok) return ok(arrival);
    messages.push(messageOf(gone.error));
  }
  return err({ reason: "navigation_failed", page, message: messages.join("; ") });
}

/** Returns whether the target of the card is the page the user came from, so that no navigation is needed. */
function isCurrent(page: string, query: Readonly<Record<string, string>>): boolean {
  const pages = getCurrentPages();
  const current = pages[pages.length - 1];
  if (current === undefined || current.route !== page) return false;
  // Parsed in the same way as a card: options may still be encoded, and the options of a page opened by a card contain
  // its context.
  const open = parseCardPath(page, current.options)?.query ?? {};
  const names = Object.keys(query);
  return names.length === Object.keys(open).length && names.every((name) => open[name] === query[name]);
}
