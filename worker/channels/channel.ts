/** The channel port: what the core needs of a platform. A channel holds no state, stores nothing and decides nothing. */
import type { Delivery } from "../../shared/message/delivery.ts";
import type { Outbound } from "../../shared/message/outbound.ts";

/** Sends one message: one attempt, returns facts only. Resolves before the deadline and never throws. */
export type Deliver = (target: Target, message: Outbound, attempt: SendAttempt) => Promise<Delivery>;

/** Whom a message goes to. */
export interface Target {
  /** As the channel names the user. */
  readonly user: string;
  /** What the platform wants back with each reply, opaque (BusinessId). */
  readonly replyContext?: string;
}

/** One attempt to send. */
export interface SendAttempt {
  /** The same for every attempt of the message (`shared/message/send-id.ts`). */
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  /** Epoch ms; the request is aborted 250 ms before, and with less than 500 ms left none leaves. */
  readonly deadline: number;
  /** Whether it is marked as written by a model. */
  readonly isAi: boolean;
}
