/**
 * The phone page's files, as `npm run build:phone` makes them and `npm start` hands them over: three, served with a
 * policy that lets nothing in from elsewhere.
 */

/** Texts by path; `/` is the page. */
export type PageFiles = Readonly<Record<string, string>>;

const TYPES: readonly (readonly [end: string, type: string])[] = [
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  ["/", "text/html; charset=utf-8"],
];

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/** Serves a file of the page; null for any other request. */
export function servePage(files: PageFiles, request: Request): Response | null {
  if (request.method !== "GET" && request.method !== "HEAD") return null;
  const { pathname } = new URL(request.url);
  if (!Object.hasOwn(files, pathname)) return null;
  const type = TYPES.find(([end]) => pathname.endsWith(end))?.[1] ?? "text/plain";
  return new Response(files[pathname] ?? "", { headers: { ...HEADERS, "content-type": type } });
}

/**
 * Whether a page of another host sent it: a web page must not play with a developer's emulator. The scheme may differ,
 * as behind a proxy that speaks TLS.
 */
export function isForeign(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(request.url).host;
}
