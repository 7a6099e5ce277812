/**
 * The facts of one attempt to send, and the reaction to a platform's code. `worker/conversation/core/` decides what
 * follows (retry, correct the window, give up).
 */

/**
 * The reaction to a platform's code. The core switches on reactions, exhaustively, and uses no code.
 *
 * `retry` busy with this user or message: tried again, four attempts in all · `outage` the platform or its token fails,
 * not the message: as `retry`, and counted as a failure of the account · `rate` a limit by the minute: pauses until the
 * next one · `quota` a limit by the day: pauses, with a check every hour; never fails a message · `stop` the account
 * may not send: pauses for ten minutes · `used` the grant has no sends left · `closed` no grant is open · `media` the
 * file has expired: it needs a new upload · `user` this user cannot be reached · `fix` the request or a setting is
 * wrong; also every code that is unknown.
 */
export type Reaction = "retry" | "outage" | PauseReaction | "used" | "closed" | "media" | "user" | "fix";

/** The reactions that pause. */
export type PauseReaction = "rate" | "quota" | "stop";

/** The reach of a pause: every call with the credential, or only sends. */
export type PauseReach = "account" | "send";

/** The platform refused: certainly not done. */
export interface Rejection {
  readonly result: "rejected";
  /** The platform's code as text, for example `"45047"`. */
  readonly code: string;
  /** Stable, snake case: for rows and log lines. */
  readonly name: string;
  readonly reaction: Reaction;
  /** Present exactly with `rate`, `quota` and `stop`, and only when a send was refused: no other call pauses anything. */
  readonly reach?: PauseReach;
}

/** A rejection that pauses the account. */
export interface PauseCause extends Pick<Rejection, "code" | "name"> {
  readonly reaction: PauseReaction;
  readonly reach: PauseReach;
}

/** The pause that a rejection causes; undefined when it causes none. */
export function pauseCauseOf({ code, name, reaction, reach }: Rejection): PauseCause | undefined {
  return reach !== undefined && isPauseReaction(reaction) ? { code, name, reaction, reach } : undefined;
}

/** Whether a reaction pauses. */
export function isPauseReaction(reaction: Reaction): reaction is PauseReaction {
  return reaction === "rate" || reaction === "quota" || reaction === "stop";
}

/** Why a call did not succeed. */
export type CallFailure =
  | Rejection
  /**
   * No request was sent: certainly not done. `until`: epoch ms before which another try is useless. `code`: the code
   * with which the account was paused or the token endpoint refused.
   */
  | {
      readonly result: "not_sent";
      readonly reason: "paused" | "no_token" | "lease_over";
      readonly until?: number;
      readonly code?: string;
      /** For `no_token`: the platform keeps returning the token it refuses, and no other can be had before `until`. */
      readonly isLimited?: true;
    }
  /** The request may have arrived; whether it did is unknown. */
  | { readonly result: "unconfirmed"; readonly reason: "timeout" | "network" | "bad_response" };

/** The outcome of one attempt: the platform accepted it, or the reason. */
export type Delivery = { readonly result: "accepted" } | CallFailure;

/** The account object's decision on a rejection that pauses. */
export interface PauseVerdict {
  /** End of the pause in force, epoch ms; absent: the account is not paused. */
  readonly pausedUntil?: number;
  /**
   * How long only this message has been refused with the code, milliseconds; 0 the first time. The account is not
   * paused for it.
   */
  readonly aloneMs?: number;
}

/** An attempt as the conversation records it. */
export type AttemptOutcome = Delivery & PauseVerdict;
