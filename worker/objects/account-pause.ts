/**
 * Whether a refusal pauses the app. One message must never pause it again and again: when WeChat refuses the message
 * that caused a pause once more after that pause, and no other message in between, the code may be about this message
 * alone. How long that has been so is reported; the retry plan decides. Pure; time and randomness are arguments. docs/design/0005-facts-and-decisions.md.
 */
import { ownValue } from "../../shared/own.ts";
import type { RefusedAttempt } from "../wechat/token-source.ts";
import { pauseUntil, type AccountState } from "./account-rules.ts";

/** The message that last caused a pause by one errcode. */
export interface Refuser extends RefusedAttempt {
  /** When that pause ends by itself, epoch ms. */
  readonly until: number;
  /** Whether another message has been refused the same way since. */
  readonly shared: boolean;
  /** When it was first refused after that pause, with no other refused in between, epoch ms; absent: not yet. */
  readonly aloneSince?: number;
}

/** By errcode. */
export type Refusers = Readonly<Record<string, Refuser>>;

/** What a refusal changes, and what its sender is answered. */
export interface PauseDecision {
  /**
   * Only this message is refused with the code: nothing is paused for it. For how long that has been so, milliseconds:
   * 0 the first time.
   */
  readonly aloneMs?: number;
  /** Empty when the refusal changes nothing: a thousand failing sends are one write. */
  readonly patch: Partial<Pick<AccountState, "pausedUntil" | "pauseErrcode" | "refusers">>;
}

/** A pause is only moved, and published again, by more than this: a thousand failing sends report it at once. */
const PAUSE_STEP_MS = 30_000;

/**
 * Decides on a refusal of custom/send.
 *
 * @param errcode one that pauses
 * @param refused which message; undefined when the caller does not say: it pauses each time
 * @param now epoch ms
 * @param random a number in [0, 1)
 */
export function decidePause(
  state: Pick<AccountState, "pausedUntil" | "refusers">,
  errcode: number,
  refused: RefusedAttempt | undefined,
  now: number,
  random: number,
): PauseDecision {
  const { pausedUntil, refusers } = state;
  const last = ownValue(refusers, String(errcode));
  if (last !== undefined && !last.shared && last.message === refused?.message) {
    // The same attempt reported twice is no second refusal: the connection to the object may break after the first.
    if (last.until <= now) {
      if (last.attempt === refused.attempt) return { patch: {} };
      const { aloneSince } = last;
      if (aloneSince !== undefined) return { aloneMs: Math.max(0, now - aloneSince), patch: {} };
      return { aloneMs: 0, patch: { refusers: { ...refusers, [errcode]: { ...last, aloneSince: now } } } };
    }
    // Its pause was lifted early, or this isolate did not know of it: it holds for the rest of its time.
    return { patch: pausedUntil > now ? {} : { pausedUntil: last.until, pauseErrcode: errcode } };
  }
  const until = pauseUntil(errcode, now, random);
  const holds = pausedUntil > now && until <= pausedUntil + PAUSE_STEP_MS;
  const next = nextRefuser(last, refused, holds, holds ? pausedUntil : until);
  return {
    patch: {
      ...(!holds && { pausedUntil: until, pauseErrcode: errcode }),
      ...(next !== last && next !== undefined && { refusers: { ...refusers, [errcode]: next } }),
    },
  };
}

/** Who is remembered after a refusal that is not the last one's own. */
function nextRefuser(
  last: Refuser | undefined,
  refused: RefusedAttempt | undefined,
  holds: boolean,
  until: number,
): Refuser | undefined {
  if (last !== undefined && (holds || refused === undefined)) return last.shared ? last : { ...last, shared: true };
  return refused && { ...refused, until, shared: false };
}

/**
 * Forgets the messages of an erased user.
 *
 * @param user the digits that begin the names of the user's messages (`logUser`)
 * @returns what changes; empty when no message is the user's
 */
export function forgetMessages(
  { refusers, rejectedBy }: Pick<AccountState, "refusers" | "rejectedBy">,
  user: string,
): Partial<AccountState> {
  const isTheirs = (message: string) => message.startsWith(`${user}:`);
  const left = Object.entries(refusers).filter(([, { message }]) => !isTheirs(message));
  return {
    ...(left.length < Object.keys(refusers).length && { refusers: Object.fromEntries(left) }),
    ...(isTheirs(rejectedBy) && { rejectedBy: "" }),
  };
}
