/**
 * A push URL at which no server answers. It contains the real URL, so that the switch can be turned off after a reload
 * or from another browser.
 */

const CLOSED_PORT = "http://127.0.0.1:9/";

/** Returns the URL that replaces `pushUrl`. */
export function unreachable(pushUrl: string): string {
  return `${CLOSED_PORT}?${new URLSearchParams({ instead: pushUrl }).toString()}`;
}

/** Returns whether a URL was made by `unreachable`. */
export function isUnreachable(pushUrl: string): boolean {
  return pushUrl.startsWith(`${CLOSED_PORT}?`) && new URL(pushUrl).searchParams.has("instead");
}

/** Returns the original URL; a URL that `unreachable` did not make is returned unchanged. */
export function reachable(pushUrl: string): string {
  return isUnreachable(pushUrl) ? (new URL(pushUrl).searchParams.get("instead") ?? pushUrl) : pushUrl;
}
