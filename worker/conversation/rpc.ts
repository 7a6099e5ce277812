/**
 * What a `Conversation` object says to its callers: plain values that cross the RPC boundary.
 */
import type { TokenVerdict } from "../../shared/entry/context-token.ts";
import type { AnswerKind } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";
import type { MessageState } from "./core/outbox/message-status.ts";
import type { Lease } from "./core/outbox/outbox.ts";
import type { WaitingMessage } from "./core/outbox/waiting.ts";
import type { RowDraft } from "./core/rows.ts";
import type { SubmitInput } from "./core/transitions.ts";
import type { WindowView } from "./core/window.ts";

/** Whose conversation it is. */
export interface Owner {
  readonly appid: string;
  readonly openid: string;
}

/** One attempt, with all a carrier needs to make it. */
export interface LeasedMessage extends Lease {
  readonly openid: string;
  readonly message: Outbound;
  readonly isAi: boolean;
  readonly businessId?: string;
}

/** What `receive` says. */
export interface Received {
  /** new: stored now. repeat: seen before, same answer. ignored: older than what we keep. erased: from before an erasure. */
  readonly outcome: "new" | "repeat" | "ignored" | "erased";
  readonly answer: AnswerKind;
  readonly lease?: LeasedMessage;
}

/**
 * `Received` as it crosses the RPC boundary: the commonest, new and acknowledged with nothing to carry, is a word. An
 * object that crosses is given a disposer by the runtime, which costs more than deciding on the push.
 */
export type ReceivedWire = Received | "new";

/** Reads what crossed. */
export function readReceived(wire: ReceivedWire): Received {
  return wire === "new" ? { outcome: "new", answer: "success" } : wire;
}

/** What `submit` says. */
export type SubmitAnswer =
  | {
      readonly ok: true;
      readonly message: MessageState;
      readonly window: WindowView;
      readonly lease?: LeasedMessage;
    }
  | {
      readonly ok: false;
      readonly reason: "window_closed" | "quota_used" | "hold_full" | "unsplittable" | "idempotency_mismatch";
      readonly window: WindowView;
    };

/** What the caller of `replay` knows. */
export interface ReplayKnown {
  /** Whose conversation it has to be. */
  readonly appid?: string;
  /** The version of the settings that list the webhook: older ones do not remove it. */
  readonly settingsVersion?: number;
}

/** A conversation as the API shows it. */
export interface ConversationView {
  readonly window: WindowView;
  readonly sessionFrom: string | null;
  readonly contextVerdict: TokenVerdict | null;
  readonly heldCount: number;
  readonly waiting: readonly WaitingMessage[];
  readonly mutedUntil: number | null;
  readonly lastSeq: number;
  readonly rows: readonly RowDraft[];
}

/**
 * What the API asks of a conversation. Written out because workers-types' own view of a stub follows the recursive
 * `WireValue` in a row until the compiler gives up (TS2589).
 */
export interface RemoteConversation {
  /** The object, 64 hex digits. */
  readonly id: { toString(): string };
  submit(owner: Owner, input: SubmitInput, claim: string): Promise<SubmitAnswer>;
  view(limit: number): Promise<ConversationView | null>;
  rows(after: number, limit: number): Promise<readonly RowDraft[] | null>;
  message(appid: string, seq: number): Promise<MessageState | null>;
  businessId(): Promise<string | null>;
  replay(webhookId: string, after: number, known?: ReplayKnown): Promise<number | null>;
  erase(): Promise<boolean>;
}
