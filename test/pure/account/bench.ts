/**
 * The account's parts without a runtime: the token keeper over a state in memory, a token endpoint with scripted
 * answers, a manual clock.
 */
import { type Result, ok } from "../../../shared/base/result.ts";
import { NEW_ACCOUNT, type AccountState } from "../../../worker/account/core/state.ts";
import { createTokenKeeper } from "../../../worker/account/token/token-keeper.ts";
import type { FetchedToken, TokenEndpointProblem } from "../../../worker/channels/access.ts";
import { describeCode } from "../../../worker/channels/wechat/errcode.ts";

export const NOW = Date.UTC(2026, 10, 22, 4, 0, 0);
export const APPID = "wx0123456789abcdef";
export const CREDENTIAL = `wechat:${APPID}`;
export const LIFE_MS = 7_200_000;

/** An answer of the token endpoint; a string is a new token's text. */
export type Answer = string | Result<FetchedToken, TokenEndpointProblem>;

/** A token keeper whose dependencies are controlled by the test. */
export function createBench(patch: Partial<AccountState> = {}) {
  let state: AccountState = { ...NEW_ACCOUNT, ...patch };
  let now = NOW;
  let secret = "secret-1";
  let answer: (force: boolean) => Answer | Promise<Answer> = () => "token-1";
  const calls: { readonly force: boolean; readonly at: number }[] = [];
  let published = 0;
  const create = () =>
    createTokenKeeper({
      appid: APPID,
      texts: async () => ({ code: describeCode }),
      read: () => state,
      write: (change) => {
        state = { ...state, ...change };
      },
      request: async (force) => {
        calls.push({ force, at: now });
        const said = await answer(force);
        return typeof said === "string" ? ok({ token: said, expiresAt: now + LIFE_MS }) : said;
      },
      secretTag: async () => secret,
      now: () => now,
      random: () => 0.5,
      publish: () => {
        published += 1;
      },
    });
  let keeper = create();
  return {
    access: () => keeper.access(),
    replace: (badToken: string, id?: string) =>
      keeper.replace(badToken, id === undefined ? undefined : { id, attempt: 1 }),
    refreshIfDue: () => keeper.refreshIfDue(),
    /** The next answers of the endpoint. */
    says: (next: typeof answer) => {
      answer = next;
    },
    changeSecret: (next: string) => {
      secret = next;
    },
    advance: (ms: number) => {
      now += ms;
    },
    /** The object is evicted from memory. */
    evict: () => {
      keeper = create();
    },
    now: () => now,
    state: () => state,
    set: (change: Partial<AccountState>) => {
      state = { ...state, ...change };
    },
    calls,
    publishedTimes: () => published,
  };
}
