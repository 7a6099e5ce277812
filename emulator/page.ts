/**
 * Serves the files of the phone page and of the mini program in its frame, which `npm start` builds, with a content
 * security policy that allows no content from other hosts. Also protects the control interface from other web pages.
 */

/** File contents by path; `/` is the page. */
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

/** The mini program's files: only these may be shown in a frame, and only in a page of the same origin. */
const PROGRAM_PREFIX = "/miniprogram/";

const HEADERS = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-cache",
};

/** Serves a file of the page; returns null for any other request. */
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

/** The host names of this machine. */
const LOOPBACK: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Rejects requests of other web pages to the control interface: they must not control a developer's emulator or read
 * its secrets. Programs on this machine send no Origin and use a loopback host name.
 *
 * @returns the rejection, or null when the request may be served
 */
export function refuseForeign(request: Request): Response | null {
  const problem = isForeignHost(request) ? WRONG_HOST : isForeignPage(request) ? WRONG_ORIGIN : null;
  return problem === null ? null : Response.json({ error: problem }, { status: 403 });
}

const WRONG_HOST =
  "the control interface answers on this machine alone: " +
  "call it at 127.0.0.1, localhost or [::1] with the emulator's port, not by another host name";
const WRONG_ORIGIN = "the control interface cannot be used by pages of another origin: open the emulator's own page";

/**
 * Returns whether the request's host name is not one of this machine. A page whose name was bound to 127.0.0.1 after it
 * was loaded cannot be distinguished otherwise (DNS rebinding). The Host header is checked in addition to the URL,
 * because Miniflare takes the URL's host from a header that pages can set.
 */
function isForeignHost(request: Request): boolean {
  const { protocol, hostname } = new URL(request.url);
  const header = request.headers.get("host");
  const named = header === null ? null : `${protocol}//${header}`;
  const asked = named !== null && URL.canParse(named) ? new URL(named).hostname : named;
  return !LOOPBACK.has(hostname) || (asked !== null && !LOOPBACK.has(asked));
}

/**
 * Returns whether the request was sent by a page of another host. The scheme may differ, as behind a proxy that
 * terminates TLS.
 */
function isForeignPage(request: Request): boolean {
  const origin = request.headers.get("origin");
  if (origin === null) return false;
  return !URL.canParse(origin) || new URL(origin).host !== new URL(request.url).host;
}
