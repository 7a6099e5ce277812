/**
 * Where a call of WeChat's API gets its access_token, and whom it tells about trouble: the seam between the client
 * (this folder) and the one object that owns the token (`worker/objects/account.ts`). WECHAT.md §6.1.
 */
import type { Result } from "../../../shared/base/result.ts";
import type { PauseCause, PauseReach, PauseVerdict } from "../../../shared/message/delivery.ts";

/** What a caller needs to know before it calls: the token, and whether the whole app is paused. */
export interface AppAccess {
  readonly token: string;
  /** Epoch ms before which the app sends nothing; absent when it is not paused. May lie in the past. */
  readonly pausedUntil?: number;
  /** The code that paused it. */
  readonly pauseCode?: string;
  /** What the pause stops. */
  readonly pauseReach?: PauseReach;
  /** Grows with each change of the pause. */
  readonly pauseVersion?: number;
}

/** Why there is no token. `until`: epoch ms before which asking again is useless. */
export type TokenProblem =
  /** The token endpoint refused (wrong secret, IP not whitelisted, …). */
  | { readonly reason: "refused"; readonly code: string; readonly until?: number }
  /** The token endpoint, or the object in front of it, did not answer. */
  | { readonly reason: "unreachable"; readonly until?: number }
  /** WeChat keeps giving the token it refuses, and a forced refresh is not allowed yet (30 s apart, 20 a day). */
  | { readonly reason: "limited"; readonly until: number };

/** An attempt to send a message that WeChat refused. */
export interface RefusedAttempt {
  /** Names the message without its user: 12 digits of the conversation's object id, and the row. */
  readonly message: string;
  /** Attempts of the message so far, this one included. */
  readonly attempt: number;
}

/** Gives out access tokens. No method throws for an expected failure. */
export interface TokenSource {
  /** The token to use now. */
  current(): Promise<Result<AppAccess, TokenProblem>>;
  /**
   * Reports that WeChat refused `badToken` and asks for a better one. Many callers with the same bad token cause
   * one refresh. A message that had the token before replaced, too, gets the same one again: WeChat refuses the message.
   */
  replace(badToken: string, refused?: RefusedAttempt): Promise<Result<AppAccess, TokenProblem>>;
  /** Reports a rejection of custom/send that pauses; whether and how long is decided by the account object. */
  pause(cause: PauseCause, refused?: RefusedAttempt): Promise<PauseVerdict>;
}
