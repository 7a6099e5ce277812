/**
 * Creates the token keeper of one account for the account object: with the token endpoint, the real clock and real
 * randomness.
 */
import type { TokenHost } from "../account/account.ts";
import { createTokenKeeper, type TokenKeeper } from "../account/token/token-keeper.ts";
import type { FetchInit } from "../channels/wechat/api/call-api.ts";
import { requestStableToken } from "../channels/wechat/api/stable-token.ts";
import type { WeChatAccountConfig } from "../config/config.ts";

const TOKEN_TIMEOUT_MS = 8_000;

/**
 * Creates the token keeper.
 *
 * @param tokenBase the origin of token calls, without a trailing slash
 * @param object the account object
 */
export function keepTokens({ appid, secret }: WeChatAccountConfig, tokenBase: string, object: TokenHost): TokenKeeper {
  const now = () => Date.now();
  // The global fetch at the time of the call, so that tests can replace it.
  const call = { tokenBase, appid, secret, fetch: (url: string, init: FetchInit) => fetch(url, init), now };
  return createTokenKeeper({
    ...object,
    appid,
    request: (force) => requestStableToken({ ...call, force, timeoutMs: TOKEN_TIMEOUT_MS }),
    now,
    random: () => Math.random(),
  });
}
