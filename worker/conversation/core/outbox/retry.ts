/**
 * The retry plan: decides what happens after an attempt. The input is the outcome (`AttemptOutcome`); time and
 * randomness are arguments. Delays are drawn from the whole range ("full jitter"), so that a thousand conversations
 * that failed together do not retry together.
 */
import type { AttemptOutcome, Reaction } from "../../../../shared/message/delivery.ts";
import type { WindowCorrection } from "../window.ts";

/** What to do with the row whose attempt has just ended. */
export type Decision =
  | { readonly type: "sent" }
  /** No further attempt. `mayHold`: the cause may lie outside the message, so a message that can be held is held. */
  | { readonly type: "failed"; readonly reason: string; readonly code?: string; readonly mayHold?: true }
  /** WeChat reports that the window is used up or closed. */
  | { readonly type: "window"; readonly correction: WindowCorrection; readonly code: string }
  /**
   * Not delivered; no retry before `at`, epoch ms. `counts`: which of the row's counters of tries is increased, if any.
   */
  | {
      readonly type: "retry";
      readonly at: number;
      readonly counts?: keyof Tries;
      readonly reason: string;
      readonly code?: string;
      /** Present for a rejection. */
      readonly reaction?: Reaction;
      /** Set when WeChat refuses only this message. */
      readonly isAlone?: true;
    }
  /** It is unknown whether the message was delivered. */
  | { readonly type: "unconfirmed"; readonly reason: string };

/** Counters of a message's attempts that did not send it. */
export interface Tries {
  /** Attempts that WeChat refused because it was busy, or because of their token. */
  readonly failed: number;
  /** Attempts that could not be sent (no token, no time), or that WeChat refused for the whole app. */
  readonly paused: number;
}

/** The maximum number of attempts while WeChat is busy; after them the message fails. */
export const MAX_TRIES = 4;

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
/** Back-off while WeChat is busy: short delays. */
const BUSY_BACKOFF = { baseMs: 4 * SECOND_MS, capMs: 60 * SECOND_MS };
/** Back-off when nothing could be sent (no token, no time): growing delays, as long as the window is open. */
const NOT_SENT_BACKOFF = { baseMs: 4 * SECOND_MS, capMs: 120 * MINUTE_MS };
/** Back-off when the app may not send (banned, daily limit used up): longer delays. */
const PAUSED_BACKOFF = { baseMs: 2 * MINUTE_MS, capMs: 120 * MINUTE_MS };
/**
 * How long a message is retried when WeChat refuses only this message with a code that concerns the whole account,
 * milliseconds; after this time it fails. Longer than the maximum delay of PAUSED_BACKOFF: every other waiting message
 * has been tried by then, and if one of them is refused too, this time starts again.
 */
const REFUSED_ALONE_MAX_MS = PAUSED_BACKOFF.capMs + 5 * MINUTE_MS;
/**
 * The maximum time from one attempt to the next, milliseconds: a pause lasts up to an hour, the delay after it up to
 * two.
 */
export const LONGEST_WAIT_MS = 4 * 60 * MINUTE_MS;
/** A reported pause is limited to this length, milliseconds, which leaves time for the maximum delay after it. */
const BELIEVED_PAUSE_MS = LONGEST_WAIT_MS - NOT_SENT_BACKOFF.capMs;
/** Waiting messages wake at random times within this time after a pause of the whole app, milliseconds. */
const PAUSE_SPREAD_MS = 30 * SECOND_MS;

/**
 * Returns what to do after an attempt.
 *
 * @param outcome the outcome
 * @param tries attempts of the row that did not send it
 * @param now epoch ms
 * @param random a number in [0, 1)
 */
export function planRetry(outcome: AttemptOutcome, tries: Tries, now: number, random: number): Decision {
  switch (outcome.result) {
    case "accepted":
      return { type: "sent" };
    case "unconfirmed":
      return { type: "unconfirmed", reason: outcome.reason };
    case "rejected":
      return planAfterRejection(outcome, tries, now, random);
    case "not_sent":
      return planNotSent(outcome, tries, now, random);
  }
}

/**
 * Returns a delay with full jitter: 1 … min(cap, base · 2^step), milliseconds.
 *
 * @param step the number of failed attempts before
 * @param random a number in [0, 1)
 */
export function backoffMs(
  plan: { readonly baseMs: number; readonly capMs: number },
  step: number,
  random: number,
): number {
  return 1 + Math.floor(random * Math.min(plan.capMs, plan.baseMs * 2 ** Math.min(step, 30)));
}

function planAfterRejection(
  { code, name, reaction, aloneMs, pausedUntil }: Extract<AttemptOutcome, { result: "rejected" }>,
  tries: Tries,
  now: number,
  random: number,
): Decision {
  const pauseEnd = plausibleEnd(pausedUntil, now);
  const cause = { reason: name, code, reaction };
  switch (reaction) {
    case "used":
    case "closed":
      return { type: "window", correction: reaction, code };
    case "retry":
    case "outage":
      if (tries.failed + 1 >= MAX_TRIES) return { type: "failed", reason: name, code, mayHold: true };
      return {
        type: "retry",
        counts: "failed",
        at: now + backoffMs(BUSY_BACKOFF, tries.failed, random),
        ...cause,
      };
    case "rate": {
      const at = Math.max(nextMinute(now), pauseEnd) + Math.floor(random * PAUSE_SPREAD_MS);
      if (aloneMs === undefined) return { type: "retry", at, ...cause };
      // These attempts are not limited by a pause, so they are limited by the back-off.
      const later = at + backoffMs(PAUSED_BACKOFF, tries.paused, random);
      return { type: "retry", counts: "paused", at: later, ...cause, isAlone: true };
    }
    case "quota":
    case "stop": {
      // A quota never concerns only one message; a stop may, when WeChat refuses only this message with it.
      if (reaction === "stop" && aloneMs !== undefined && aloneMs >= REFUSED_ALONE_MAX_MS) {
        return { type: "failed", reason: name, code, mayHold: true };
      }
      // The retry comes after the messages that waited for the same pause: if the app is the cause, WeChat refuses one
      // of them.
      const earliest = aloneMs === undefined ? now : now + PAUSE_SPREAD_MS;
      const later = earliest + backoffMs(PAUSED_BACKOFF, tries.paused, random);
      const at = pauseEnd > now ? Math.max(later, afterPause(pauseEnd, random)) : later;
      const alone = aloneMs === undefined ? {} : { isAlone: true as const };
      return { type: "retry", counts: "paused", at, ...cause, ...alone };
    }
    case "media":
    case "user":
    case "fix":
      return { type: "failed", reason: name, code };
  }
}

function planNotSent(
  outcome: Extract<AttemptOutcome, { result: "not_sent" }>,
  tries: Tries,
  now: number,
  random: number,
): Decision {
  const { reason, until, code } = outcome;
  const earliest = plausibleEnd(until, now);
  const cause = { reason, ...(code !== undefined && { code }) };
  // A pause has its own end. It is not counted as a try, so a later failure does not get a longer delay because of it.
  if (reason === "paused") return { type: "retry", at: afterPause(earliest, random), ...cause };
  return {
    type: "retry",
    counts: "paused",
    at: earliest + backoffMs(NOT_SENT_BACKOFF, tries.paused, random),
    ...cause,
  };
}

/** Returns when a pause ends, at most `BELIEVED_PAUSE_MS` from now, or now when there is none; epoch ms. */
function plausibleEnd(until: number | undefined, now: number): number {
  return Math.min(Math.max(now, until ?? now), now + BELIEVED_PAUSE_MS);
}

function afterPause(end: number, random: number): number {
  return end + 1 + Math.floor(random * PAUSE_SPREAD_MS);
}

function nextMinute(now: number): number {
  return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS;
}
