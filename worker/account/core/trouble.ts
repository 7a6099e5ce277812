/**
 * Series of failed attempts: of calls of the token endpoint, and of sends. One failed attempt is not a fault; a long
 * series means that users get no answers although WeChat refuses no single message. The record has a constant size.
 * Pure; time is an argument.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import type { TroubleCause } from "../../channels/channel.ts";

/** A series of failed attempts without a success between them. */
export interface Trouble {
  /** When the first attempt failed, epoch ms. */
  readonly since: number;
  /** When the latest attempt failed, epoch ms. */
  readonly at: number;
  readonly count: number;
  /** The cause of the latest failure. */
  readonly cause: TroubleCause;
  /** The platform's code when the cause is `refused`. */
  readonly code?: string;
}

/**
 * A series of failures ends after this time without an attempt, milliseconds; the next failure starts a new series. A
 * waiting message is tried at least every two hours, so after this time no message is waiting.
 */
const SERIES_MS = 2 * 3_600_000 + 5 * 60_000;
/** A series is a fault when it lasts at least this long, milliseconds; shorter ones are covered by retries. */
const FAULT_MS = 30_000;
/** Minimum number of failed calls of the token endpoint for a fault. */
const TOKEN_CALLS = 2;
/**
 * Minimum number of failed sends for a fault. One message for which WeChat is busy causes four failures within less
 * than `FAULT_MS`.
 */
const SENDS = 3;

/**
 * Returns the known series, unless it has ended or is further in the future than clocks differ (docs/design/clock.md).
 *
 * @param now epoch ms
 */
export function currentTrouble(known: Trouble | null | undefined, now: number): Trouble | undefined {
  if (known === null || known === undefined || isImplausible(known.at, now, 0)) return undefined;
  return now - known.at < SERIES_MS ? known : undefined;
}

/**
 * Adds failed attempts to a series, or begins a new one.
 *
 * @param now epoch ms; a report may arrive after a newer one
 */
export function addTrouble(known: Trouble | null | undefined, more: Trouble, now: number): Trouble {
  const current = currentTrouble(known, now);
  if (current === undefined) return more;
  const newest = current.at > more.at ? current : more;
  return { ...newest, since: Math.min(current.since, more.since), count: current.count + more.count };
}

/**
 * Returns whether calls of the token endpoint have failed often and long enough to be reported. The caller checks that
 * there is no token.
 */
export function isTokenFault(trouble: Trouble, now: number): boolean {
  return trouble.count >= TOKEN_CALLS && now - trouble.since >= FAULT_MS;
}

/** Returns whether sends have failed often and long enough to be reported. */
export function isSendsFault(trouble: Trouble | null): trouble is Trouble {
  return trouble !== null && trouble.count >= SENDS && trouble.at - trouble.since >= FAULT_MS;
}
