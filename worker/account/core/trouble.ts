/**
 * Attempts in a row that did not reach WeChat: calls of the token endpoint, and sends. One failed attempt proves
 * nothing; a series that lasts means that no user is answered although WeChat refused nothing. Of constant size. Pure;
 * time is an argument.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import type { TroubleCause } from "../../channels/channel.ts";

/** Failed attempts with no success between them. */
export interface Trouble {
  /** When the first one failed, epoch ms. */
  readonly since: number;
  /** When the latest one failed, epoch ms. */
  readonly at: number;
  readonly count: number;
  /** The cause of the latest failure. */
  readonly cause: TroubleCause;
  /** The code, for `refused`. */
  readonly code?: string;
}

/**
 * A series of failures ends when no attempt is made for this time, milliseconds; the next failure starts a new one. A
 * waiting message is tried at least every two hours, so after this time no message is waiting.
 */
const SERIES_MS = 2 * 3_600_000 + 5 * 60_000;
/** A series of this length is a fault, milliseconds; shorter ones are covered by the retries. */
const FAULT_MS = 30_000;
/** This number of failed calls of the token endpoint is a fault. */
const TOKEN_CALLS = 2;
/**
 * This number of failed sends is a fault: one message that WeChat is busy for causes four within less than `FAULT_MS`.
 */
const SENDS = 3;

/**
 * The known series, unless it is over or lies further in the future than clocks differ (docs/design/clock.md).
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

/** Whether calls of the token endpoint have failed for long enough to be reported, while there is no token. */
export function isTokenFault(trouble: Trouble, now: number): boolean {
  return trouble.count >= TOKEN_CALLS && now - trouble.since >= FAULT_MS;
}

/** Whether sends have failed for long enough to be reported. */
export function isSendsFault(trouble: Trouble | null): trouble is Trouble {
  return trouble !== null && trouble.count >= SENDS && trouble.at - trouble.since >= FAULT_MS;
}
