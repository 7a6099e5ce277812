/**
 * Corrects the account's times after the clock was set back (`shared/base/clock-setback.ts`): no time is further in the
 * future than it can be. Without this correction, a pause of ten minutes would stop sends for as long as the clock was
 * set back. Pure.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import { correctCursorTimes } from "../../conversation/core/plausible-times.ts";
import { MAX_PAUSE_MS as MAX_WEBHOOK_PAUSE_MS } from "../../webhooks/core/endpoint-health.ts";
import { WAITING_CHECK_DELAY_MS, LONGEST_PAUSE_MS } from "./pause-end.ts";
import type { AccountState } from "./state.ts";

/** The longest life of a token, milliseconds (WECHAT.md §6.1). */
const TOKEN_LIFE_MS = 7_200_000;

/**
 * Returns a state in which no time is further in the future than it can be: implausible pauses and refusals have ended,
 * implausible due times are due now, and a token has at most its whole life left.
 *
 * @param now epoch ms
 */
export function plausibleAccount(state: AccountState, now: number): AccountState {
  const { pausedUntil, refusedUntil, expiresAt, refreshAt, releaseAt, refusals, webhooks, appWebhooks } = state;
  const isLong = (until: number) => isImplausible(until, now, LONGEST_PAUSE_MS);
  return {
    ...state,
    pausedUntil: isLong(pausedUntil) ? 0 : pausedUntil,
    refusedUntil: isLong(refusedUntil) ? 0 : refusedUntil,
    expiresAt: isImplausible(expiresAt, now, TOKEN_LIFE_MS) ? now + TOKEN_LIFE_MS : expiresAt,
    refreshAt: isDueNow(refreshAt, now, TOKEN_LIFE_MS) ? now : refreshAt,
    releaseAt: isDueNow(releaseAt, now, LONGEST_PAUSE_MS + WAITING_CHECK_DELAY_MS) ? now : releaseAt,
    refusals: Object.fromEntries(
      Object.entries(refusals).map(([code, list]) => [code, list.filter(({ until }) => !isLong(until))]),
    ),
    appWebhooks: correctCursorTimes(appWebhooks, now),
    webhooks: Object.fromEntries(
      Object.entries(webhooks).map(([id, health]) => [
        id,
        isImplausible(health.pausedUntil, now, MAX_WEBHOOK_PAUSE_MS) ? { ...health, pausedUntil: 0 } : health,
      ]),
    ),
  };
}

function isDueNow(time: number | null, now: number, spanMs: number): boolean {
  return time !== null && isImplausible(time, now, spanMs);
}
