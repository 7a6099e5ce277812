/**
 * The account as seen from a Worker or from another object: token and pause, and the settings, from the nearest place
 * that has them — isolate memory (up to 60 s old), KV, the account object. KV may fail or be a minute behind, then
 * the object answers; the object may fail, then the last good value in memory does
 * (docs/design/0010-one-token-owner.md).
 */

import { isFresh, isImplausible } from "../../shared/base/clock-setback.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { AppAccess, TokenProblem, TokenSource } from "../channels/wechat/token-source.ts";
import type { AppPause } from "../conversation/rpc.ts";
import { withTimeout } from "../platform/deadline.ts";
import { type SnapshotKv, readKv } from "../platform/kv-read.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { callTwice } from "../platform/object-call.ts";
import { plausiblePause, isAlive, newer, newestPause, type AccountMemory, type CachedAccount } from "./memory.ts";
import { accessKey, parseAccess, type AccountAccess, type TokenObject } from "./published-access.ts";
import { REFRESH_PERIOD_MS } from "./token-keeper.ts";

/** What reading an account needs. */
export interface AccountClientDeps {
  /** A fresh stub of the account object: one whose connection broke stays broken. */
  readonly account: () => TokenObject;
  readonly kv: SnapshotKv;
  readonly appid: string;
  /** The clock, epoch ms. */
  readonly now: () => number;
  /** Shared by everything in the isolate. */
  readonly memory: AccountMemory;
}

/**
 * Lifetime of a token or of settings in this isolate's memory, milliseconds; after it the next reader reads KV or the
 * object.
 */
export const FRESH_MS = 60_000;
/** Negative-cache TTL for token errors, milliseconds: the longest, and the one for an error without a time. */
const MAX_PROBLEM_MS = 60_000;
const SHORT_PROBLEM_MS = 2_000;
/** How long this isolate alone pauses when the pause cannot be reported to the object, milliseconds. */
const LOCAL_PAUSE_MS = 60_000;
/** How long the object is waited for while an older token is still alive, milliseconds. */
const LAST_TOKEN_MS = 3_000;
/** How long reporting a pause may take, milliseconds: the attempt that met it must still be settled. */
const PAUSE_REPORT_MS = 3_000;

/** Creates the token source of one app. */
export function createTokenSource(deps: AccountClientDeps): TokenSource {
  const { appid, memory, now } = deps;
  const recall = (): CachedAccount => memory.get(appid) ?? {};
  const remember = (patch: CachedAccount) => memory.set(appid, { ...recall(), ...patch });

  /** Keeps an access, and gives it out with the latest pause known here or just read. */
  function storeAccess(value: AccountAccess, read: Partial<AppPause> = value): Result<AppAccess, TokenProblem> {
    remember({
      access: { value, readAt: now() },
      problem: undefined,
      pause: newestPause(plausiblePause(recall().pause, now()), read),
    });
    return withPause(value);
  }

  function withPause({ token }: AccountAccess): Result<AppAccess, TokenProblem> {
    return ok({ token, ...plausiblePause(recall().pause, now()) });
  }

  async function askObject(
    call: (account: TokenObject) => Promise<Result<AccountAccess, TokenProblem>>,
    published?: AccountAccess,
  ): Promise<Result<AppAccess, TokenProblem>> {
    const findLast = () => {
      const { access, rejected } = recall();
      return [access?.value, published].find((value) => isAlive(value, rejected, now()));
    };
    try {
      const answered = callTwice(deps.account, call);
      // The object may be fetching a token, which takes seconds. A token that is alive need not wait for that.
      const answer = await (findLast() === undefined ? answered : withTimeout(LAST_TOKEN_MS, answered));
      if (answer.ok) return storeAccess(answer.value);
      const until = Math.min(answer.error.until ?? now() + SHORT_PROBLEM_MS, now() + MAX_PROBLEM_MS);
      remember({ problem: { value: answer.error, until } });
      return err(answer.error);
    } catch (error) {
      writeLog("account_unreachable", { app: appid, error: errorName(error) });
      const last = findLast();
      return last === undefined ? err({ reason: "unreachable" }) : withPause(last);
    }
  }

  return {
    async current() {
      const { access, problem, rejected } = recall();
      const isKnown = access !== undefined && isFresh(access.readAt, now(), FRESH_MS);
      if (isKnown && isAlive(access.value, rejected, now())) return withPause(access.value);
      if (problem !== undefined && problem.until > now() && !isImplausible(problem.until, now(), MAX_PROBLEM_MS)) {
        return err(problem.value);
      }
      const published = parseAccess(await readKv(deps.kv, appid, accessKey(appid)));
      // In its last part the object is asked, so that it knows that somebody will need the next token.
      const newest = newer(published, recall().access?.value);
      const isUsable = isAlive(newest, recall().rejected, now() + REFRESH_PERIOD_MS);
      return isUsable ? storeAccess(newest, published) : askObject((account) => account.access(), published);
    },

    async replace(badToken, refused) {
      const { access, rejected } = recall();
      // Somebody else in this isolate was faster.
      if (access?.value.token !== badToken && isAlive(access?.value, rejected, now())) return withPause(access.value);
      remember({ rejected: badToken });
      const answer = await askObject((account) => account.replace(badToken, refused));
      // Not the token's fault: the others go on using it.
      if (answer.ok && answer.value.token === badToken) remember({ rejected: undefined });
      return answer;
    },

    async pause(cause, refused) {
      try {
        const pause = await withTimeout(
          PAUSE_REPORT_MS,
          callTwice(deps.account, (account) => account.pause(cause, refused)),
        );
        remember({ pause: newestPause(plausiblePause(recall().pause, now()), pause) });
        const { pausedUntil, aloneMs } = pause;
        return { ...(pausedUntil > now() && { pausedUntil }), ...(aloneMs !== undefined && { aloneMs }) };
      } catch (error) {
        const { code: pauseCode, reach: pauseReach } = cause;
        writeLog("account_unreachable", { app: appid, code: pauseCode, error: errorName(error) });
        const { pauseVersion } = recall().pause ?? {};
        const version = pauseVersion === undefined ? {} : { pauseVersion };
        const pause = { pausedUntil: now() + LOCAL_PAUSE_MS, pauseCode, pauseReach, ...version };
        remember({ pause: newestPause(plausiblePause(recall().pause, now()), pause) });
        return { pausedUntil: pause.pausedUntil };
      }
    },
  };
}

/** The same source for a message that is sent in spite of a pause: the trial that lifts it. */
export function withoutPause(source: TokenSource): TokenSource {
  const strip = async (asked: Promise<Result<AppAccess, TokenProblem>>): Promise<Result<AppAccess, TokenProblem>> => {
    const access = await asked;
    return access.ok ? ok({ token: access.value.token }) : access;
  };
  return {
    current: () => strip(source.current()),
    replace: (badToken, refused) => strip(source.replace(badToken, refused)),
    pause: (cause, refused) => source.pause(cause, refused),
  };
}
