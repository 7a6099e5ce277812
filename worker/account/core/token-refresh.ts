/** When an access token is refreshed: in the background before it expires, or forced. Time and randomness are arguments. */
import { beijingDay, nextBeijingMidnight } from "../../../shared/base/beijing-day.ts";
import { isFresh } from "../../../shared/base/clock-setback.ts";
import type { AccountState } from "./state.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;

/** Whether a refresh may be forced: if so, the day and count to store, else from when on (epoch ms). */
export type ForceAllowance =
  | { readonly allowed: true; readonly forceDay: number; readonly forceCount: number }
  | { readonly allowed: false; readonly until: number };

/** Minimum interval between two forced refreshes, milliseconds (WECHAT.md §6.1). */
const FORCE_GAP_MS = 30 * SECOND_MS;
/** The maximum number of forced refreshes on one Beijing day (WECHAT.md §6.1). */
const FORCES_A_DAY = 20;

/**
 * How long before the token expires the background refresh runs at the earliest, milliseconds: within the last five
 * minutes, in which WeChat issues a new one.
 */
const REFRESH_BEFORE_MS = 4.5 * MINUTE_MS;
/** The refreshes of several accounts are spread over this time, milliseconds. */
const REFRESH_SPREAD_MS = MINUTE_MS;

/**
 * Returns whether a forced refresh is allowed: at the earliest 30 s after the last one, and at most 20 on a Beijing
 * day.
 */
export function allowForce(
  state: Pick<AccountState, "forceDay" | "forceCount" | "forcedAt">,
  now: number,
): ForceAllowance {
  if (isFresh(state.forcedAt, now, FORCE_GAP_MS)) return { allowed: false, until: state.forcedAt + FORCE_GAP_MS };
  const forceDay = beijingDay(now);
  const used = state.forceDay === forceDay ? state.forceCount : 0;
  if (used >= FORCES_A_DAY) return { allowed: false, until: nextBeijingMidnight(now) };
  return { allowed: true, forceDay, forceCount: used + 1 };
}

/**
 * Returns when to refresh a token in the background while it is in use.
 *
 * @param random a number in [0, 1)
 */
export function refreshTime(expiresAt: number, now: number, random: number): number {
  return Math.max(now, expiresAt - REFRESH_BEFORE_MS + Math.floor(random * REFRESH_SPREAD_MS));
}
