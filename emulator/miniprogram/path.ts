/** Paths of pages, as `wx.navigateTo` and cards write them: `/pages/product/index?id=42`. */

/** The target of a navigation. */
export interface PagePath {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Splits a URL of a page into its path, without the leading slash, and its query. A relative URL is resolved against
 * `from`.
 */
export function parsePagePath(url: string, from = ""): PagePath {
  const base = new URL(`https://program.invalid/${from}`);
  const { pathname, searchParams } = new URL(url, base);
  return { path: pathname.slice(1), query: Object.fromEntries(searchParams) };
}
