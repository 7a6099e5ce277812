/**
 * The token keeper of one app as the account object uses it: with the token endpoint, the machine's clock and its
 * randomness.
 */
import { createTokenKeeper, type TokenKeeper, type TokenKeeperDeps } from "../account/token-keeper.ts";
import type { FetchInit } from "../channels/wechat/api/call-api.ts";
import { requestStableToken } from "../channels/wechat/api/stable-token.ts";
import type { WeChatAccountConfig } from "../config/config.ts";

const TOKEN_TIMEOUT_MS = 8_000;

/**
 * Creates it.
 *
 * @param tokenBase where token calls go, without a trailing slash
 * @param object the account object
 */
export function keepTokens(
  { appid, secret }: WeChatAccountConfig,
  tokenBase: string,
  object: Pick<TokenKeeperDeps, "read" | "write" | "secretTag" | "publish">,
): TokenKeeper {
  const now = () => Date.now();
  // The global fetch at the time of the call: tests stand in for it.
  const call = { tokenBase, appid, secret, fetch: (url: string, init: FetchInit) => fetch(url, init), now };
  return createTokenKeeper({
    ...object,
    appid,
    request: (force) => requestStableToken({ ...call, force, timeoutMs: TOKEN_TIMEOUT_MS }),
    now,
    random: () => Math.random(),
  });
}
