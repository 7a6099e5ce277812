/** How long a refusal pauses an account (docs/design/0005-facts-and-decisions.md). Time and randomness are arguments. */
import { nextBeijingMidnight } from "../../../shared/base/beijing-day.ts";
import type { PauseReaction } from "../../../shared/message/delivery.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * Duration of a pause for `quota`, milliseconds: an operator may reset the quota at any time (WECHAT.md §6.3), so a
 * test send is made every hour.
 */
const QUOTA_CHECK_INTERVAL_MS = HOUR_MS;

/** Duration of a pause for `stop`, milliseconds. */
const STOP_PAUSE_MS = 10 * MINUTE_MS;

/**
 * The ends of pauses for `quota` and `stop` are spread over this time, milliseconds, so that not all accounts send at
 * once.
 */
const PAUSE_SPREAD_MS = 30 * SECOND_MS;

/** The longest pause of the account and the longest refusal of the token endpoint, milliseconds. */
export const LONGEST_PAUSE_MS = QUOTA_CHECK_INTERVAL_MS + PAUSE_SPREAD_MS;

/**
 * Delay from the time at which a waiting conversation retries by itself until its list entry is checked, milliseconds.
 */
export const WAITING_CHECK_DELAY_MS = 60_000;

/**
 * Returns until when a rejection pauses the account, epoch ms. `rate`: until the next minute. `quota`: an hour, or
 * until midnight in Beijing if that is sooner; the reset time is an assumption (WECHAT.md §4.5), so a test send is made
 * every hour, at most 24 a day. `stop` (banned, limited, frozen, …): ten minutes.
 *
 * @param random a number in [0, 1): delays the end by up to 5 s (`rate`) or 30 s
 */
export function pauseUntil(reaction: PauseReaction, now: number, random: number): number {
  const spread = Math.floor(random * PAUSE_SPREAD_MS);
  switch (reaction) {
    case "rate":
      return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS + Math.floor(random * 5 * SECOND_MS);
    case "quota":
      return Math.min(now + QUOTA_CHECK_INTERVAL_MS, nextBeijingMidnight(now)) + spread;
    case "stop":
      return now + STOP_PAUSE_MS + spread;
  }
}
