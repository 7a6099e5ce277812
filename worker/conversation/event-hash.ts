/** The hash by which KV recognises an event for longer than its conversation's memory does (docs/storage.md). */
import { hexDigest } from "../platform/digest.ts";

/**
 * The KV key of a push: SHA-256 over app, user and dedupe key, as a MsgId is unique for one user only.
 *
 * @param key of {@link dedupeKey}
 * @returns 64 hex digits
 */
export function hashEventKey(appid: string, openid: string, key: string): Promise<string> {
  return hexDigest("SHA-256", `${appid}:${openid}:${key}`);
}
