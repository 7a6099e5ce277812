/**
 * Attempts in a row that did not reach WeChat: calls of the token endpoint, and sends. One failed attempt says nothing; a
 * series that lasts means that no user is answered although WeChat refused nothing. Constant in size. Pure; time is an argument.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";

/** Why an attempt failed. `refused`: WeChat answered with a code. `limited`: it keeps giving the token it refuses. */
export type TroubleCause = "timeout" | "network" | "bad_response" | "refused" | "limited";

/** Failed attempts with no success between them. */
export interface Trouble {
  /** When the first one failed, epoch ms. */
  readonly since: number;
  /** When the latest one failed, epoch ms. */
  readonly at: number;
  readonly count: number;
  /** Of the latest one. */
  readonly cause: TroubleCause;
  /** Of `refused`. */
  readonly code?: string;
}

/**
 * A series of failures ends when no attempt is made for this time, milliseconds; the next failure starts a new one. A waiting
 * message is tried at least every two hours, so by then no message waits.
 */
const SERIES_MS = 2 * 3_600_000 + 5 * 60_000;
/** A series that lasts as long is a fault, milliseconds: shorter ones the retries bridge. */
const FAULT_MS = 30_000;
/** Calls of the token endpoint that make a fault. */
const TOKEN_CALLS = 2;
/** Sends that make a fault: one message that WeChat is busy for makes four within less than `FAULT_MS`. */
const SENDS = 3;

/**
 * What is known, unless it is over or lies further ahead than clocks differ (docs/design/clock.md).
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
