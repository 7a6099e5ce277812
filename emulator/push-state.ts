/**
 * A push as the emulator stores it, so that it can be delivered again. Types only; not part of the control interface.
 */
import type { PushRequest, WireTree, PushAttempt, PushOutcome } from "./push-model.ts";

/** The values in which two deliveries of one push differ on the wire. */
export interface Delivery {
  /** Seconds. */
  readonly timestamp: number;
  readonly nonce: string;
  /** 16 bytes. */
  readonly random: Uint8Array;
}

/** A push as the emulator stores it, so that exactly the same one can be delivered again. */
export interface Push {
  readonly id: string;
  readonly request: PushRequest;
  readonly appid: string;
  readonly msgId?: string;
  /** Seconds. */
  readonly createTime: number;
  /** All fields but those of the head. */
  readonly fields: WireTree;
  attempts: readonly PushAttempt[];
  outcome: PushOutcome;
  /** The values the first delivery was signed with. */
  signed: Delivery | null;
  /** The delivery under way. */
  running: Promise<void> | null;
}
