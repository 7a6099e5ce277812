/**
 * The access that the account object publishes through KV, and how readers parse it: readers treat the stored value as
 * outside data. KV keys: docs/storage.md.
 */
import { isRecord } from "../../../shared/base/is-record.ts";
import type { Result } from "../../../shared/base/result.ts";
import type { PauseCause, PauseReach } from "../../../shared/message/delivery.ts";
import type { RefusedAttempt, TokenProblem } from "../../channels/access.ts";
import type { AccountPause } from "../../conversation/rpc.ts";
import type { AccountState } from "../core/state.ts";
import { isSendsFault } from "../core/trouble.ts";

/** The access token, with the account's pause. */
export interface AccountAccess {
  readonly token: string;
  /** When the pause ends, epoch ms; may be in the past; absent: never paused. */
  readonly pausedUntil?: number;
  /** The code that caused the pause. */
  readonly pauseCode?: string;
  /** What the pause stops. */
  readonly pauseReach?: PauseReach;
  /** Increases with each change of the pause. */
  readonly pauseVersion?: number;
  /** When the token expires, epoch ms. */
  readonly expiresAt: number;
  /**
   * Since when sends have failed, epoch ms; absent: they do not fail. An isolate whose send succeeds reports the
   * success to the account object.
   */
  readonly sendsFailingSince?: number;
}

/** The object's answer to a reported refusal: the pause in force, and `aloneMs` when only this message is refused. */
export interface PauseAnswer extends AccountPause {
  /** How long the message has been the only refused one, milliseconds; absent: the refusal concerns the account. */
  readonly aloneMs?: number;
}

/** The part of the account object that readers use. */
export interface TokenObject {
  access(): Promise<Result<AccountAccess, TokenProblem>>;
  replace(badToken: string, refused?: RefusedAttempt): Promise<Result<AccountAccess, TokenProblem>>;
  pause(cause: PauseCause, refused?: RefusedAttempt): Promise<PauseAnswer>;
}

/** Returns the KV key of a credential's access. */
export function accessKey(credential: string): string {
  return `access:${credential}`;
}

/** Parses a published access; undefined when it is invalid. */
export function parseAccess(value: unknown): AccountAccess | undefined {
  if (!isRecord(value)) return undefined;
  const { token, expiresAt, pausedUntil, pauseCode, pauseReach, pauseVersion, sendsFailingSince } = value;
  if (typeof token !== "string" || token === "" || typeof expiresAt !== "number") return undefined;
  const hasReach = pauseReach === "account" || pauseReach === "send";
  const isPaused = typeof pausedUntil === "number" && typeof pauseCode === "string" && hasReach;
  const version = typeof pauseVersion === "number" ? { pauseVersion } : {};
  const failing = typeof sendsFailingSince === "number" ? { sendsFailingSince } : {};
  return { token, expiresAt, ...(isPaused ? { pausedUntil, pauseCode, pauseReach, ...version } : {}), ...failing };
}

/**
 * Returns the part of the state for readers.
 *
 * @throws Error without a token
 */
export function toAccess(state: AccountState): AccountAccess {
  const { token, expiresAt, pausedUntil, pauseCode, pauseReach, pauseVersion, sends } = state;
  if (token === null) throw new Error("the state has no access token");
  const version = pauseVersion === 0 ? {} : { pauseVersion };
  // A lifted pause is published too, because readers may still have it cached.
  const wasPaused = pausedUntil !== 0 || pauseVersion > 0;
  const failing = isSendsFault(sends) ? { sendsFailingSince: sends.since } : {};
  return { token, expiresAt, ...(wasPaused && { pausedUntil, pauseCode, pauseReach, ...version }), ...failing };
}

/** Minimum TTL of a value in KV, seconds. */
const MIN_KV_TTL_SECONDS = 60;

/**
 * Returns the published part of the state and its TTL: the remaining life of the token, at least 60 seconds. Undefined
 * without a valid token. A pause without a token stays in the object, which readers call when KV contains no token.
 */
export function toPublished(
  state: AccountState,
  now: number,
): { readonly text: string; readonly options: { readonly expirationTtl: number } } | undefined {
  const leftSeconds = Math.ceil((state.expiresAt - now) / 1_000);
  if (state.token === null || leftSeconds <= 0) return undefined;
  const expirationTtl = Math.max(MIN_KV_TTL_SECONDS, leftSeconds);
  return { text: JSON.stringify(toAccess(state)), options: { expirationTtl } };
}
