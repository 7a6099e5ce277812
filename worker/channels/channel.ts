/**
 * The channel port: the interface of a platform for the core. A channel has no state, stores nothing and takes no
 * decisions.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import type { GrantOpening } from "../../shared/message/channel-rules.ts";
import type { Delivery, Reaction } from "../../shared/message/delivery.ts";
import type { Outbound } from "../../shared/message/outbound.ts";

/** Sends one message: one attempt, returns facts only. Resolves before the deadline and never throws. */
export type Deliver = (target: Target, message: Outbound, attempt: SendAttempt) => Promise<Delivery>;

/** The receiver of a message. */
export interface Target {
  /** The channel's id of the user. */
  readonly user: string;
  /** The reply context: an opaque value the platform needs in each reply (BusinessId). */
  readonly replyContext?: string;
}

/** One attempt to send. */
export interface SendAttempt {
  /** The same for every attempt of the message (`shared/message/send-id.ts`). */
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  /** Epoch ms; the request is aborted 250 ms before, and with less than 500 ms left none is sent. */
  readonly deadline: number;
  /** Whether it is marked as written by a model. */
  readonly isAi: boolean;
}

/** The description of one code. */
export interface CodeDescription {
  /** Stable, snake case: for log lines and API answers. */
  readonly name: string;
  readonly reaction: Reaction;
  readonly meaning: BilingualText;
  /** What the operator can do, also when nothing is needed. */
  readonly cure: BilingualText;
}

/**
 * Why an attempt failed. `refused`: the platform answered with a code. `limited`: it keeps returning the token it refuses.
 */
export type TroubleCause = "timeout" | "network" | "bad_response" | "refused" | "limited";

/** A channel's texts for people; the core has no texts that name a platform's console, variable or call. */
export interface ChannelTexts {
  /** @param code as in `Rejection`; an unknown one has a description of its own */
  readonly code: (code: string) => CodeDescription;
  /** The cure when tokens or sends have failed for a while. @param code of the last refusal, if it was one */
  readonly trouble: (reason: "no_token" | "sends_failing", cause: TroubleCause, code?: string) => BilingualText;
}

/** The channel's classification of one event. */
export interface Classification {
  /** The grant it opens, one of the channel's `rules.grants`. */
  readonly grant?: GrantOpening;
}
