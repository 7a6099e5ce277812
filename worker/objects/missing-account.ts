/**
 * Handles a conversation whose account is not in the configuration, perhaps by mistake: no message can be sent and no
 * event delivered for it.
 */
import type { Address } from "../../shared/message/address.ts";
import { findConfigOf, type Config } from "../config/config.ts";

/** How long after the newest row messages wait for an account that is missing from the configuration, milliseconds. */
const MISSING_ACCOUNT_MAX_MS = 48 * 3_600_000;
/** Interval between two checks whether the missing account is configured again, milliseconds. */
export const MISSING_ACCOUNT_CHECK_INTERVAL_MS = 15 * 60_000;

/**
 * Returns whether the account is missing from the configuration and the newest row is at least `MISSING_ACCOUNT_MAX_MS`
 * old: nothing waits for the account any more.
 *
 * @param address undefined while nothing is stored
 * @param last the newest row's seq, a time
 * @param now epoch ms
 */
export function isAccountGone(config: Config, address: Address | undefined, last: number, now: number): boolean {
  if (address === undefined || findConfigOf(config, address) !== undefined) return false;
  return now >= last + MISSING_ACCOUNT_MAX_MS;
}
