/** The text by which a change of an account's credentials is detected. */
import type { WeChatAccountConfig } from "./config.ts";

/** The credentials as one text; to be hashed before it is stored. */
export function setupText({ appid, secret, tokens, aesKeys, mode }: WeChatAccountConfig): string {
  return JSON.stringify([appid, secret, tokens, aesKeys, mode]);
}
