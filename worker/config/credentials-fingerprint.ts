/** The text by which a change of an account's credentials is recognised. */
import type { AppConfig } from "./config.ts";

/** What makes a set-up another one; to be hashed before it is stored. */
export function setupText({ appid, secret, tokens, aesKeys, mode }: AppConfig): string {
  return JSON.stringify([appid, secret, tokens, aesKeys, mode]);
}
