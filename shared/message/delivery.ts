/**
 * The data of one attempt to send, and the reaction to a platform's error code. `worker/conversation/core/` decides the
 * consequences (retry, correct the window, give up).
 */

/**
 * The reaction to a platform's error code. The core switches on reactions, exhaustively, and does not know the codes.
 *
 * `retry` temporarily busy for this user or message: retried, four attempts in all · `outage` the platform or the
 * access token fails, not the message: as `retry`, and counted as a failure of the account · `rate` a per-minute limit:
 * pauses until the next minute · `quota` a daily limit: pauses, with a test send every hour; never fails a message ·
 * `stop` the account may not send: pauses for ten minutes · `used` the grant has no sends left · `closed` no grant is
 * open · `media` the file has expired and must be uploaded again · `user` this user cannot be reached · `fix` the
 * request or a setting is wrong; also every unknown code.
 */
export type Reaction = "retry" | "outage" | PauseReaction | "used" | "closed" | "media" | "user" | "fix";

/** The reactions that pause. */
export type PauseReaction = "rate" | "quota" | "stop";

/** What a pause stops: every call with the credential, or only sends. */
export type PauseReach = "account" | "send";

/** The platform refused the send: the message was certainly not delivered. */
export interface Rejection {
  readonly result: "rejected";
  /** The platform's code as text, for example `"45047"`. */
  readonly code: string;
  /** A stable name in snake case, for rows and log lines. */
  readonly name: string;
  readonly reaction: Reaction;
  /** Present if a send was refused with `rate`, `quota` or `stop`; absent otherwise: no other call causes a pause. */
  readonly reach?: PauseReach;
}

/** A rejection that pauses the account. */
export interface PauseCause extends Pick<Rejection, "code" | "name"> {
  readonly reaction: PauseReaction;
  readonly reach: PauseReach;
}

/** Returns the pause that a rejection causes; undefined when it causes none. */
export function pauseCauseOf({ code, name, reaction, reach }: Rejection): PauseCause | undefined {
  return reach !== undefined && isPauseReaction(reaction) ? { code, name, reaction, reach } : undefined;
}

/** Returns whether a reaction pauses the account. */
export function isPauseReaction(reaction: Reaction): reaction is PauseReaction {
  return reaction === "rate" || reaction === "quota" || reaction === "stop";
}

/** Why a call did not succeed. */
export type CallFailure =
  | Rejection
  /**
   * No request was sent, so the message was certainly not delivered. `until`: epoch ms before which another attempt is
   * useless. `code`: the code for which the account was paused or the token endpoint refused.
   */
  | {
      readonly result: "not_sent";
      readonly reason: "paused" | "no_token" | "lease_over";
      readonly until?: number;
      readonly code?: string;
      /**
       * For `no_token`: the platform keeps returning the token it refuses, and no other token is available before
       * `until`.
       */
      readonly isLimited?: true;
    }
  /** The request was sent; whether it arrived is unknown. */
  | { readonly result: "unconfirmed"; readonly reason: "timeout" | "network" | "bad_response" };

/** The outcome of one attempt: the platform accepted the message, or why the call did not succeed. */
export type Delivery = { readonly result: "accepted" } | CallFailure;

/** The account object's decision on a rejection that pauses. */
export interface PauseVerdict {
  /** When the current pause ends, epoch ms; absent: the account is not paused. */
  readonly pausedUntil?: number;
  /**
   * How long the code has been returned for this message only, milliseconds; 0 the first time. The account is not
   * paused for it.
   */
  readonly aloneMs?: number;
}

/** The outcome of an attempt as the conversation records it. */
export type AttemptOutcome = Delivery & PauseVerdict;
