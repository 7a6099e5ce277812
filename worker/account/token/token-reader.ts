/**
 * The account as seen from a Worker or from another object: token and pause, read from the first source that has them:
 * isolate memory (up to 60 s old), KV, the account object. The object is called when neither memory nor KV has a token
 * that is valid for ten more minutes; when that call fails, a token from either is used until it expires
 * (docs/design/0010-one-token-owner.md).
 */

import { isFresh, isImplausible } from "../../../shared/base/clock-setback.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { ChannelAccount } from "../../../shared/message/address.ts";
import type { PauseCause, PauseVerdict } from "../../../shared/message/delivery.ts";
import type { AccessProblem, AccessSource, AccessUse, RefusedAttempt, TokenProblem } from "../../channels/access.ts";
import type { AccountPause } from "../../conversation/rpc.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { type SnapshotKv, readKv } from "../../platform/kv-read.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { callTwice } from "../../platform/object-call.ts";
import { plausiblePause, isAlive, newer, newestPause, type AccountMemory, type CachedAccount } from "../memory.ts";
import { accessKey, parseAccess, type AccountAccess, type TokenObject } from "./published-access.ts";
import { REFRESH_PERIOD_MS } from "./token-keeper.ts";

/** The injected dependencies. */
export interface AccountClientDeps {
  /** Returns a new stub of the account object, because a stub whose connection broke cannot be used again. */
  readonly account: () => TokenObject;
  readonly kv: SnapshotKv;
  /** The credential the token is issued for. */
  readonly credential: string;
  /** The account, for the log. */
  readonly fields: ChannelAccount;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** The cache shared by all requests of the isolate. */
  readonly memory: AccountMemory;
}

/**
 * How long a token is used from this isolate's memory, milliseconds; after that the next reader reads KV or the object.
 */
const FRESH_MS = 60_000;
/** Negative-cache TTL for token errors, milliseconds: the maximum, and the default for an error without a time. */
const MAX_PROBLEM_MS = 60_000;
const SHORT_PROBLEM_MS = 2_000;
/** How long only this isolate pauses when the pause cannot be reported to the object, milliseconds. */
const LOCAL_PAUSE_MS = 60_000;
/** Timeout of the object's answer while an older token is still valid, milliseconds. */
const LAST_TOKEN_MS = 3_000;

/**
 * Creates the access source of one account.
 *
 * @param isTrial whether it returns tokens in spite of a pause, for the test send that decides whether the pause can be
 * lifted
 */
export function createAccessSource(deps: AccountClientDeps, isTrial = false): AccessSource {
  const { credential, fields, memory, now } = deps;
  const recall = (): CachedAccount => memory.get(credential) ?? {};
  const remember = (patch: CachedAccount) => memory.set(credential, { ...recall(), ...patch });

  /** Caches an access with the newest known pause, and returns the access's token. */
  function storeAccess(value: AccountAccess, read: Partial<AccountPause> = value): Result<string, TokenProblem> {
    remember({
      access: { value, readAt: now() },
      problem: undefined,
      pause: newestPause(plausiblePause(recall().pause, now()), read),
    });
    return ok(value.token);
  }

  /** Returns the token, unless a pause stops this use. */
  function checkPause(token: Result<string, TokenProblem>, use: AccessUse): Result<string, AccessProblem> {
    const pause = isTrial ? undefined : plausiblePause(recall().pause, now());
    if (!token.ok || pause === undefined || pause.pausedUntil <= now()) return token;
    if (use === "call" && pause.pauseReach === "send") return token;
    return err({ reason: "paused", until: pause.pausedUntil, code: pause.pauseCode });
  }

  async function askObject(
    call: (account: TokenObject) => Promise<Result<AccountAccess, TokenProblem>>,
    published?: AccountAccess,
  ): Promise<Result<string, TokenProblem>> {
    const findLast = () => {
      const { access, rejected } = recall();
      return [access?.value, published].find((value) => isAlive(value, rejected, now()));
    };
    try {
      const answered = callTwice(deps.account, call);
      // The object may be fetching a token, which takes seconds. A caller with a valid token need not wait for that.
      const answer = await (findLast() === undefined ? answered : withTimeout(LAST_TOKEN_MS, answered));
      if (answer.ok) return storeAccess(answer.value);
      const until = Math.min(answer.error.until ?? now() + SHORT_PROBLEM_MS, now() + MAX_PROBLEM_MS);
      remember({ problem: { value: answer.error, until } });
      return err(answer.error);
    } catch (error) {
      writeLog("account_unreachable", { ...fields, error: errorName(error) });
      const last = findLast();
      return last === undefined ? err({ reason: "unreachable" }) : ok(last.token);
    }
  }

  async function findToken(): Promise<Result<string, TokenProblem>> {
    const { access, problem, rejected } = recall();
    const isKnown = access !== undefined && isFresh(access.readAt, now(), FRESH_MS);
    if (isKnown && isAlive(access.value, rejected, now())) return ok(access.value.token);
    if (problem !== undefined && problem.until > now() && !isImplausible(problem.until, now(), MAX_PROBLEM_MS)) {
      return err(problem.value);
    }
    const published = parseAccess(await readKv(deps.kv, accessKey(credential), fields.account));
    // In the last part of the token's life the object is called, so that it knows that the next token will be needed.
    const newest = newer(published, recall().access?.value);
    const isUsable = isAlive(newest, recall().rejected, now() + REFRESH_PERIOD_MS);
    return isUsable ? storeAccess(newest, published) : askObject((account) => account.access(), published);
  }

  async function replaceToken(badToken: string, refused?: RefusedAttempt): Promise<Result<string, TokenProblem>> {
    const { access, rejected } = recall();
    // Another caller in this isolate has already replaced the token.
    if (access?.value.token !== badToken && isAlive(access?.value, rejected, now())) return ok(access.value.token);
    remember({ rejected: badToken });
    const token = await askObject((account) => account.replace(badToken, refused));
    // The object returned the same token, so the message is the cause, and other messages continue to use the token.
    if (token.ok && token.value === badToken) remember({ rejected: undefined });
    return token;
  }

  return {
    current: async (use) => checkPause(await findToken(), use),
    replace: async (badToken, use, refused) => checkPause(await replaceToken(badToken, refused), use),
  };
}

/**
 * Reports a rejection that pauses, and returns the object's decision. When it cannot be reported to the object, only
 * this isolate pauses, for a minute.
 *
 * @param timeoutMs timeout of the report, milliseconds; the attempt must still be settled after it
 */
export async function reportPause(
  { account, credential, fields, memory, now }: AccountClientDeps,
  cause: PauseCause,
  refused: RefusedAttempt,
  timeoutMs: number,
): Promise<PauseVerdict> {
  const keepPause = (read: AccountPause) => {
    const known = memory.get(credential) ?? {};
    memory.set(credential, { ...known, pause: newestPause(plausiblePause(known.pause, now()), read) });
  };
  try {
    const call = callTwice(account, (object) => object.pause(cause, refused));
    const { aloneMs, ...pause } = await withTimeout(timeoutMs, call);
    keepPause(pause);
    const { pausedUntil } = pause;
    return { ...(pausedUntil > now() && { pausedUntil }), ...(aloneMs !== undefined && { aloneMs }) };
  } catch (error) {
    const { code: pauseCode, reach: pauseReach } = cause;
    writeLog("account_unreachable", { ...fields, code: pauseCode, error: errorName(error) });
    const { pauseVersion } = memory.get(credential)?.pause ?? {};
    const pausedUntil = now() + LOCAL_PAUSE_MS;
    keepPause({ pausedUntil, pauseCode, pauseReach, ...(pauseVersion !== undefined && { pauseVersion }) });
    return { pausedUntil };
  }
}
