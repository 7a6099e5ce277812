/**
 * The phone page's files and those of the mini program in its frame, as `npm start` builds and hands them over: served
 * with a policy that lets nothing in from elsewhere.
 */

/** Texts by path; `/` is the page. */
export type PageFiles = Readonly<Record<string, string>>;

const TYPES: readonly (readonly [end: string, type: string])[] = [
  [".js", "text/javascript; charset=utf-8"],
  [".css", "text/css; charset=utf-8"],
  [".svg", "image/svg+xml"],
  [".json", "application/json"],
  ["/", "text/html; charset=utf-8"],
];

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'";

/** Only the mini program may be framed, and only by the phone. */
const PROGRAM_PREFIX = "/miniprogram/";

const HEADERS = {
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
  const frames = pathname.startsWith(PROGRAM_PREFIX)
    ? "frame-ancestors 'self'"
    : "frame-ancestors 'none'; frame-src 'self'";
  const headers = { ...HEADERS, "content-type": type, "content-security-policy": `${POLICY}; ${frames}` };
  return new Response(files[pathname] ?? "", { headers });
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
