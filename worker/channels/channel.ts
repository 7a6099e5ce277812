/**
 * The channel port: the interface of a platform for the core. A channel has no state, stores nothing and takes no
 * decisions.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import type { Result } from "../../shared/base/result.ts";
import type { Channel as ChannelName } from "../../shared/message/address.ts";
import type { GrantOpening } from "../../shared/message/channel-rules.ts";
import type { Delivery, Reaction } from "../../shared/message/delivery.ts";
import type { Acknowledgement, Inbound } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";

/** A channel, opened for one credential. */
export interface Channel {
  readonly name: ChannelName;
  /** A larger body is answered 413 without being read, bytes. */
  readonly maxRequestBytes: number;
  /**
   * Verifies, decrypts and reads one request, in this order. Before verification only sizes and required parameters are
   * checked.
   *
   * @param now epoch ms
   * @returns the arrival, also when it could not be read; or the reason why it is not the platform's
   */
  receive(request: ChannelRequest, now: number): Promise<Result<Arrival, RejectedRequest>>;
  /** What the rules of the channel say about an event: pure, and the same for every call; `{}` for an account event. */
  classify(event: Inbound): Classification;
}

/** An HTTP request as a channel sees it. */
export interface ChannelRequest {
  readonly method: "GET" | "POST";
  /** Percent-decoded; of a repeated name the first value. */
  readonly query: Readonly<Record<string, string>>;
  /** The body as UTF-8; "" of a GET. */
  readonly body: string;
}

/** A response. */
export interface ChannelResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The content of one request. */
export interface Arrival {
  /** In the order they happened; none for a verification. */
  readonly events: readonly ArrivedEvent[];
  /** Genuine but unreadable: acknowledged, and stored in the quarantine. */
  readonly unreadable: readonly UnreadableEvent[];
  /** The platform's check of the address. */
  readonly isVerification: boolean;
  /**
   * Builds the response once everything is stored; anew for each repeat, under a new encryption. For an event that cannot
   * be handed over it builds the same as for `received`.
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
  /** The channel account: one of the credential's. */
  readonly account: string;
  /** The channel's id of the user; "" when the event names none, which is possible for account events only. */
  readonly user: string;
  /**
   * The same for every delivery of the event, whatever its format: `m:` and the platform's id; or `e:`, the name (64 units),
   * the seconds of `createdAt`, and 16 hex digits over its content.
   */
  readonly key: string;
  readonly event: Inbound;
  /** When the request was signed, epoch ms; 0: unknown. It dates an event whose `createdAt` is 0. */
  readonly signedAt: number;
  /** An opaque value the platform needs in each reply (BusinessId). */
  readonly replyContext?: string;
}

/** A genuine request that could not be read. Content: never for a log line. */
export interface UnreadableEvent {
  /** The reason, in fixed words. */
  readonly cause: string;
  /** The body, decrypted. */
  readonly text: string;
  /** Epoch ms; 0: unknown. */
  readonly createdAt: number;
}

/** The reason why a request is rejected. The caller gets a fixed body; this is for the log. */
export interface RejectedRequest {
  readonly status: 400 | 403;
  /** A fixed word. */
  readonly cause: string;
  /** For the log: `cure` and facts of the configuration. No content, no secret, nothing of the caller's. */
  readonly details: Readonly<Record<string, string>>;
  /** It was signed, but too long ago or too far ahead: `ageMs` is negative for the future, null when it is no number. */
  readonly stale?: { readonly ageMs: number | null };
}

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
