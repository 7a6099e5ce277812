/**
 * The channel port: the interface between a platform and the core. A channel has no state, stores nothing and makes no
 * decisions.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import type { Result } from "../../shared/base/result.ts";
import type { Channel as ChannelName } from "../../shared/message/address.ts";
import type { GrantOpening } from "../../shared/message/channel-rules.ts";
import type { Delivery, Reaction } from "../../shared/message/delivery.ts";
import type { Acknowledgement, InboundEvent } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";

/** A channel, opened for one credential. */
export interface Channel {
  readonly name: ChannelName;
  /** The maximum size of a request body, bytes; a larger one is answered with 413 and not passed to `receive`. */
  readonly maxRequestBytes: number;
  /**
   * Verifies, decrypts and parses one request, in this order. Before the verification only its size, its parameters and
   * the envelope of an encrypted body are read.
   *
   * @param now epoch ms
   * @returns the arrival, also when an authentic request could not be parsed; or why the request is rejected
   */
  receive(request: ChannelRequest, now: number): Promise<Result<Arrival, RejectedRequest>>;
  /**
   * Returns how the channel's rules classify an event: pure, and the same for every call; `{}` for an account event.
   */
  classify(event: InboundEvent): Classification;
}

/** The parts of an HTTP request that a channel uses. */
export interface ChannelRequest {
  readonly method: "GET" | "POST";
  /** Percent-decoded; the first value of a repeated name. */
  readonly query: Readonly<Record<string, string>>;
  /** The body as UTF-8; "" for a GET. */
  readonly body: string;
}

/** The response that a channel returns to the platform. */
export interface ChannelResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The parsed content of one authentic request. */
export interface Arrival {
  /** The events in the order in which they happened; none for a verification. */
  readonly events: readonly ArrivedEvent[];
  /** Authentic but unreadable: acknowledged, and stored in the quarantine. */
  readonly unreadable: readonly UnreadableEvent[];
  /** Whether the request is the platform's verification of the URL. */
  readonly isVerification: boolean;
  /**
   * Builds the response after everything is stored; anew for each repeat, with a new encryption. For an event that
   * cannot be handed over, the response is the same as for `received`.
   *
   * @param now epoch ms
   * @param randomBytes called only when something is encrypted
   */
  readonly acknowledge: (
    content: Acknowledgement,
    now: number,
    randomBytes: (size: number) => Uint8Array,
  ) => Promise<ChannelResponse>;
}

/** An event, with its owner and its key. */
export interface ArrivedEvent {
  /** The channel account: one of those that use the credential. */
  readonly account: string;
  /** The channel's id of the user; "" when the event names none, which is possible for account events only. */
  readonly user: string;
  /**
   * The same for every delivery of the event, in any format: `m:` and the platform's id; or `e:`, the name (64 units),
   * the seconds of `createdAt`, and 16 hex digits of a hash of its content.
   */
  readonly key: string;
  readonly event: InboundEvent;
  /**
   * When the request was signed, epoch ms; 0: unknown. Dates an event whose `createdAt` is 0 when it is compared with
   * an erasure.
   */
  readonly signedAt: number;
  /** An opaque value the platform needs in each reply (BusinessId). */
  readonly replyContext?: string;
}

/** An authentic request that could not be parsed. Contains user content: must not be logged. */
export interface UnreadableEvent {
  /** The reason, one of a fixed set of texts. */
  readonly cause: string;
  /** The body, decrypted. */
  readonly text: string;
  /** When the event happened according to its CreateTime, epoch ms; 0: unknown. */
  readonly createdAt: number;
}

/** The reason why a request is rejected. It is only logged; the caller gets a fixed body. */
export interface RejectedRequest {
  readonly status: 400 | 403;
  /** One of a fixed set of words. */
  readonly cause: string;
  /** For the log: `cure` and values of the configuration; no content, no secret, nothing that the caller sent. */
  readonly details: Readonly<Record<string, string>>;
  /**
   * Set when the request was signed, but too long ago or too far in the future: `ageMs` is negative for the future,
   * null when the timestamp is not a number.
   */
  readonly stale?: { readonly ageMs: number | null };
}

/** Sends one message, in one attempt, and returns the outcome only. Resolves before the deadline and never throws. */
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
  /** The number of the attempt, counted from 1. */
  readonly attempt: number;
  /** Epoch ms; the request is aborted 250 ms before it, and is not sent when less than 500 ms are left. */
  readonly deadline: number;
  /** Whether the message is marked as written by an AI model. */
  readonly isAi: boolean;
}

/** The description of one of the platform's error codes. */
export interface CodeDescription {
  /** A stable name in snake case, for log lines and API responses. */
  readonly name: string;
  readonly reaction: Reaction;
  readonly meaning: BilingualText;
  /** What the operator can do; also present when nothing is required. */
  readonly cure: BilingualText;
}

/**
 * Why an attempt failed. `refused`: the platform answered with a code. `limited`: it keeps returning the token it refuses.
 */
export type TroubleCause = "timeout" | "network" | "bad_response" | "refused" | "limited";

/** A channel's texts for people; the core contains no text that names a platform's console, variable or call. */
export interface ChannelTexts {
  /** Describes a code. @param code as in `Rejection`; an unknown code has its own description */
  readonly code: (code: string) => CodeDescription;
  /**
   * Returns the fix when tokens or sends have failed for some time. @param code the code of the last refusal, if there
   * was one
   */
  readonly trouble: (reason: "no_token" | "sends_failing", cause: TroubleCause, code?: string) => BilingualText;
}

/** The channel's classification of one event. */
export interface Classification {
  /** The grant that the event opens, one of the channel's `rules.grants`; absent: none. */
  readonly grant?: GrantOpening;
}
