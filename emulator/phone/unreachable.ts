/**
 * A push URL without a server, which contains the real one: the switch can then be set back after a reload, or from
 * another browser.
 */

const NOBODY = "http://127.0.0.1:9/";

/** The address that replaces `pushUrl`. */
export function unreachable(pushUrl: string): string {
  return `${NOBODY}?${new URLSearchParams({ instead: pushUrl }).toString()}`;
}

/** Whether it was made by `unreachable`. */
export function isUnreachable(pushUrl: string): boolean {
  return pushUrl.startsWith(`${NOBODY}?`) && new URL(pushUrl).searchParams.has("instead");
}

/** The real address again. */
export function reachable(pushUrl: string): string {
  return isUnreachable(pushUrl) ? (new URL(pushUrl).searchParams.get("instead") ?? pushUrl) : pushUrl;
}
