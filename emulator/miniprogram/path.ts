/** Paths of pages, as `wx.navigateTo` and cards write them: `/pages/product/index?id=42`. */

/** Where to go. */
export interface PagePath {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
}

/** Splits a path; a relative one is meant from `from`. */
export function parsePagePath(url: string, from = ""): PagePath {
  const base = new URL(`https://program.invalid/${from}`);
  const { pathname, searchParams } = new URL(url, base);
  return { path: pathname.slice(1), query: Object.fromEntries(searchParams) };
}
