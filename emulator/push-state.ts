/** A push as stored by the emulator. Types only; not part of the control interface. */
import type { PushRequest, WireTree, PushAttempt, PushOutcome } from "./push-model.ts";

/** The values that may differ between two deliveries of one push. */
export interface Delivery {
  /** Seconds. */
  readonly timestamp: number;
  readonly nonce: string;
  /** 16 bytes. */
  readonly random: Uint8Array;
}

/** A push as stored by the emulator, so that it can be delivered again. */
export interface Push {
  readonly id: string;
  readonly request: PushRequest;
  readonly appid: string;
  readonly msgId?: string;
  /** Seconds. */
  readonly createTime: number;
  /** All fields except the header fields. */
  readonly fields: WireTree;
  attempts: readonly PushAttempt[];
  outcome: PushOutcome;
  /** The values the first delivery was signed with; null before it. */
  signed: Delivery | null;
  /** Resolves when every delivery so far has ended; null before the first. */
  running: Promise<void> | null;
}
