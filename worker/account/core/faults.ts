/**
 * The current faults of one mini program, computed from the state of its account object: why nothing is sent, and until
 * when; which pushes were rejected. `/healthz` and the doctor report them. Pure; time is an argument.
 */
import { currentStale, type StaleSeries } from "./stale-pushes.ts";
import type { AccountState } from "./state.ts";
import { currentTrouble, isSendsFault, isTokenFault, type Trouble } from "./trouble.ts";

/** One fault. Times in epoch ms. */
export type AccountFault =
  /** WeChat refused a send for the whole account (WECHAT.md §4.5): nothing is sent before `until`. */
  | { readonly reason: "paused"; readonly code: string; readonly until: number }
  /** The token endpoint refused (WECHAT.md §6.1) and no usable token exists: nothing is sent before `until`. */
  | { readonly reason: "token_refused"; readonly code: string; readonly until: number }
  /** Calls of the token endpoint return no token and no usable token exists: nothing is sent. */
  | ({ readonly reason: "no_token" } & Trouble)
  /** Sends fail: WeChat does not answer, is busy, or refuses every token. */
  | ({ readonly reason: "sends_failing" } & Trouble)
  /**
   * Pushes were rejected because their signed timestamp was too far from now: they were replayed, or a clock is wrong.
   */
  | ({ readonly reason: "stale_pushes" } & StaleSeries);

/**
 * Returns the faults of an account, the most severe first.
 *
 * @param secretTag a short hash of the secret in use: a refusal of another secret is ignored
 * @param now epoch ms
 */
export function faultsOf(state: AccountState, secretTag: string, now: number): readonly AccountFault[] {
  const { token, expiresAt, pausedUntil, pauseCode, refusedUntil, refusedCode, refusedSecret } = state;
  const stale = currentStale(state.stale, now);
  const tokenTrouble = currentTrouble(state.tokenTrouble, now);
  const sends = currentTrouble(state.sends, now) ?? null;
  const faults: AccountFault[] = [];
  if (pausedUntil > now) faults.push({ reason: "paused", code: pauseCode, until: pausedUntil });
  const hasToken = token !== null && expiresAt > now;
  const isThisSecret = refusedSecret === secretTag;
  if (!hasToken && refusedUntil > now && isThisSecret) {
    faults.push({ reason: "token_refused", code: refusedCode, until: refusedUntil });
  } else if (!hasToken && tokenTrouble !== undefined && isTokenFault(tokenTrouble, now)) {
    // If the refused secret has been replaced since then, the refusal no longer counts as a fault.
    const isOver = tokenTrouble.cause === "refused" && refusedCode === tokenTrouble.code && !isThisSecret;
    if (!isOver) faults.push({ reason: "no_token", ...tokenTrouble });
  }
  if (isSendsFault(sends)) faults.push({ reason: "sends_failing", ...sends });
  if (stale !== undefined) faults.push({ reason: "stale_pushes", ...stale });
  return faults;
}
