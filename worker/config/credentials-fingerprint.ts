/** The text by which a change of an account's credentials is recognised. */
import type { WeChatAccountConfig } from "./config.ts";

/** What makes a set-up another one; to be hashed before it is stored. */
export function setupText({ appid, secret, tokens, aesKeys, mode }: WeChatAccountConfig): string {
  return JSON.stringify([appid, secret, tokens, aesKeys, mode]);
}
