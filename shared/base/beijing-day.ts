/** Days of Beijing time, by which WeChat counts its daily limits. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Beijing is UTC+8 without daylight saving time. */
const BEIJING_OFFSET_MS = 8 * HOUR_MS;

/** Returns the number of whole Beijing days since 1970-01-01. @param now epoch ms */
export function beijingDay(now: number): number {
  return Math.floor((now + BEIJING_OFFSET_MS) / DAY_MS);
}

/** Returns when the next Beijing day begins, epoch ms. */
export function nextBeijingMidnight(now: number): number {
  return (beijingDay(now) + 1) * DAY_MS - BEIJING_OFFSET_MS;
}
