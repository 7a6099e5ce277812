/** A text by which a change of an account's credentials is detected. */
import type { WeChatAccountConfig } from "./config.ts";

/** Returns the credentials as one text; hash it before it is stored. */
export function setupText({ appid, secret, tokens, aesKeys, mode }: WeChatAccountConfig): string {
  return JSON.stringify([appid, secret, tokens, aesKeys, mode]);
}
