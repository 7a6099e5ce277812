/**
 * Per-isolate cache of the accounts; may be evicted at any time and is never authoritative.
 */
import { isFresh, isImplausible } from "../../shared/base/clock-setback.ts";
import type { TokenProblem } from "../channels/access.ts";
import type { AccountPause } from "../conversation/rpc.ts";
import type { Milestone } from "./core/milestones.ts";
import { LONGEST_PAUSE_MS } from "./core/pause-end.ts";
import type { SendsMemory } from "./faults/sends-watch.ts";
import type { AccountAccess } from "./token/published-access.ts";

/** What is cached of one account. Times in epoch ms. */
export interface CachedAccount {
  readonly access?: { readonly value: AccountAccess; readonly readAt: number } | undefined;
  /** The last token that WeChat refused: KV may still contain it for a minute. */
  readonly rejected?: string | undefined;
  readonly problem?: { readonly value: TokenProblem; readonly until: number } | undefined;
  readonly pause?: AccountPause | undefined;
  /** Milestones this isolate has reported to the object. */
  readonly reportedMilestones?: readonly Milestone[];
  /** The successes and failures of sends in this isolate. */
  readonly sends?: SendsMemory | undefined;
  /**
   * `pauseVersion` of the last pause after whose end this isolate reported to the object that WeChat accepted a
   * message.
   */
  readonly acceptedVersion?: number;
}

/**
 * Cached accounts by credential, like the account objects: accounts that share a credential share its token and pause.
 */
export type AccountMemory = Map<string, CachedAccount>;

/** The cache of this isolate. The functions of this module take a cache as an argument. */
export const accountMemory: AccountMemory = new Map();

/** Returns whether a token is valid at `at` and is not the one that WeChat refused. */
export function isAlive(
  access: AccountAccess | undefined,
  rejected: string | undefined,
  at: number,
): access is AccountAccess {
  return access !== undefined && access.expiresAt > at && access.token !== rejected;
}

/** Returns the access that expires later: KV may still contain the token before the one this isolate has. */
export function newer(a: AccountAccess | undefined, b: AccountAccess | undefined): AccountAccess | undefined {
  return a === undefined || (b !== undefined && b.expiresAt > a.expiresAt) ? b : a;
}

/**
 * Returns a pause if it is plausible; undefined when it is further in the future than any pause lasts, because the
 * clock was set back.
 */
export function plausiblePause(pause: AccountPause | undefined, now: number): AccountPause | undefined {
  return pause !== undefined && isImplausible(pause.pausedUntil, now, LONGEST_PAUSE_MS) ? undefined : pause;
}

/**
 * Returns the version of a pause that expired and after which this isolate has not yet reported to the object that
 * WeChat accepted a message; undefined: nothing to report. A pause that was lifted needs no report, because the test
 * send has already reported its result.
 */
export function pauseToReport({ pause, acceptedVersion }: CachedAccount, now: number): number | undefined {
  const { pausedUntil = 0, pauseVersion } = pause ?? {};
  const isJustOver = isFresh(pausedUntil, now, LONGEST_PAUSE_MS);
  return isJustOver && pauseVersion !== acceptedVersion ? pauseVersion : undefined;
}

/**
 * Returns the newer pause; for the same pause the one with the later end, because this isolate may have paused by
 * itself. When `read` contains no pause, returns the known one.
 */
export function newestPause(known: AccountPause | undefined, read: Partial<AccountPause>): AccountPause | undefined {
  const { pausedUntil, pauseCode, pauseReach, pauseVersion } = read;
  if (pausedUntil === undefined || pauseCode === undefined || pauseReach === undefined) return known;
  const versions = (pauseVersion ?? 0) - (known?.pauseVersion ?? 0);
  if (known !== undefined && (versions < 0 || (versions === 0 && known.pausedUntil >= pausedUntil))) return known;
  return { pausedUntil, pauseCode, pauseReach, ...(pauseVersion !== undefined && { pauseVersion }) };
}

/**
 * Stores the pause that the object returned. It replaces what this isolate has cached, including its own pause and a
 * cached token error, unless the isolate has read a newer one.
 */
export function rememberPause(memory: AccountMemory, credential: string, said: AccountPause): void {
  const { pausedUntil, pauseCode, pauseReach, pauseVersion = 0 } = said;
  const known = memory.get(credential);
  if ((known?.pause?.pauseVersion ?? 0) > pauseVersion) return;
  const pause = { pausedUntil, pauseCode, pauseReach, pauseVersion };
  memory.set(credential, { ...known, pause, problem: undefined });
}
