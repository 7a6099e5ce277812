/**
 * Per-isolate cache of the accounts; may be evicted at any time and is never authoritative.
 */
import { isTooFarAhead } from "../../shared/clock.ts";
import type { TokenProblem } from "../wechat/token-source.ts";
import { LONGEST_PAUSE_MS } from "./account-rules.ts";
import type { Milestone } from "./account-milestones.ts";
import type { AccountAccess, AppPause, SettingsVersion } from "./account-snapshots.ts";

/** What is remembered of one app. Times in epoch ms. */
export interface Remembered {
  readonly access?: { readonly value: AccountAccess; readonly readAt: number } | undefined;
  /** The last token WeChat refused: KV may still have it for a minute. */
  readonly rejected?: string | undefined;
  readonly problem?: { readonly value: TokenProblem; readonly until: number } | undefined;
  readonly pause?: AppPause | undefined;
  /** Milestones this isolate has told the object. */
  readonly told?: readonly Milestone[];
  readonly settings?: { readonly value: SettingsVersion; readonly readAt: number } | undefined;
}

/** By appid. */
export type AccountMemory = Map<string, Remembered>;

/** This isolate's memory. Functions take a memory as an argument; this one is for the wiring (connect.ts). */
export const accountMemory: AccountMemory = new Map();

/** Whether a token can still be used at `at` and is not the one WeChat refused. */
export function isAlive(
  access: AccountAccess | undefined,
  rejected: string | undefined,
  at: number,
): access is AccountAccess {
  return access !== undefined && access.expiresAt > at && access.token !== rejected;
}

/** The access that lives longer: KV may still have the token before the one this isolate knows. */
export function newer(a: AccountAccess | undefined, b: AccountAccess | undefined): AccountAccess | undefined {
  return a === undefined || (b !== undefined && b.expiresAt > a.expiresAt) ? b : a;
}

/** A pause that can be true; none when it lies further ahead than any lasts: the clock was set back. */
export function believedPause(pause: AppPause | undefined, now: number): AppPause | undefined {
  return pause !== undefined && isTooFarAhead(pause.pausedUntil, now, LONGEST_PAUSE_MS) ? undefined : pause;
}

/** The pause that ends later. */
export function laterPause(known: AppPause | undefined, read: Partial<AppPause>): AppPause | undefined {
  const { pausedUntil, pauseErrcode } = read;
  if (pausedUntil === undefined || pauseErrcode === undefined) return known;
  return known !== undefined && known.pausedUntil >= pausedUntil ? known : { pausedUntil, pauseErrcode };
}
