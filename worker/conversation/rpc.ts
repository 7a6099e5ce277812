/**
 * The methods of a `Conversation` object: plain values that cross the RPC boundary.
 */
import type { TokenVerdict } from "../../shared/entry/context-token.ts";
import type { Address, ChannelAccount } from "../../shared/message/address.ts";
import type { AttemptOutcome, PauseReach } from "../../shared/message/delivery.ts";
import type { Acknowledgement } from "../../shared/message/inbound.ts";
import type { Outbound } from "../../shared/message/outbound.ts";
import type { MessageProgress } from "./core/outbox/message-status.ts";
import type { Lease } from "./core/outbox/outbox.ts";
import type { WaitingMessage } from "./core/outbox/waiting.ts";
import type { Row } from "./core/rows.ts";
import type { DeskTerms } from "./core/session/service.ts";
import type { ClassifiedEvent, SendRequest } from "./core/transitions.ts";
import type { WindowStatus } from "./core/window.ts";
import type { CommandAnswer, CommandChange, CommandInput, SeenInput, Snapshot } from "./session/rpc.ts";

/** One attempt with everything its holder needs to make it. */
export interface LeasedMessage extends Lease {
  /** The id of the send: the same for every attempt. */
  readonly id: string;
  /** The user who receives the message. */
  readonly user: string;
  readonly message: Outbound;
  readonly isAi: boolean;
  /** The sub-merchant that the user wrote to, which WeChat requires in the reply; absent: none. */
  readonly replyContext?: string;
  /** Whether the outcome concerns sessions: it is then recorded with the desk's terms from the settings. */
  readonly hasSessions?: true;
}

/** The result of `receive`. */
export interface Received {
  /**
   * new: stored now. repeat: seen before, same acknowledgement. ignored: older than the retention time. erased: from
   * before an erasure.
   */
  readonly outcome: "new" | "repeat" | "ignored" | "erased";
  readonly acknowledgement: Acknowledgement;
  readonly lease?: LeasedMessage;
}

/**
 * `Received` as sent over RPC: the most frequent value (new, acknowledged, without a lease) is a string. The runtime
 * adds a disposer to every object that crosses, which costs more than the decision on the push.
 */
export type ReceivedWire = Received | "new";

/** Converts the value received over RPC. */
export function readReceived(wire: ReceivedWire): Received {
  return wire === "new" ? { outcome: "new", acknowledgement: "received" } : wire;
}

/** The result of `submit`. */
export type SubmitAnswer =
  | {
      readonly ok: true;
      readonly message: MessageProgress;
      readonly window: WindowStatus;
      readonly lease?: LeasedMessage;
    }
  | {
      readonly ok: false;
      readonly reason: "window_closed" | "quota_used" | "hold_full" | "unsplittable" | "idempotency_mismatch";
      readonly window: WindowStatus;
    }
  /** The current log is not the caller's, or it was erased. */
  | { readonly ok: false; readonly reason: "gone" };

/** The address and the id of a log. */
export interface LogHead extends Address {
  readonly log: string;
}

/** Some rows of a log, with the id of the log. */
export interface LogPage {
  readonly log: string;
  readonly rows: readonly Row[];
}

/** The options of `replay`. */
export interface ReplayOptions {
  /** The account that the conversation must belong to. */
  readonly account?: ChannelAccount;
  /** The log that the conversation must have; absent: any. */
  readonly log?: string;
  /** The version of the settings that contain the consumer: older settings do not delete its cursor. */
  readonly settingsVersion?: number;
}

/** A conversation as shown by the API. */
export interface ConversationDetails extends LogPage {
  readonly window: WindowStatus;
  readonly entryText: string | null;
  readonly contextVerdict: TokenVerdict | null;
  readonly heldCount: number;
  readonly waiting: readonly WaitingMessage[];
  readonly mutedUntil: number | null;
  readonly lastSeq: number;
}

/** A pause of the whole account, or its end. */
export interface AccountPause {
  /** Epoch ms; 0 when the pause was lifted. */
  readonly pausedUntil: number;
  readonly pauseCode: string;
  /** What the pause stops. */
  readonly pauseReach: PauseReach;
  /** Increases with each change of the pause; absent: 0. */
  readonly pauseVersion?: number;
}

/** A response with status 200 of the team's push server, which is returned to the platform. */
export interface RelayedAnswer {
  /** Null when the server sent none, or one that is not a plain header of at most 200 characters. */
  readonly contentType: string | null;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A value, or a promise of it when the code for sessions must be loaded first. */
export type Soon<T> = T | Promise<T>;

/** The methods that the object implements. */
export interface ConversationRpc {
  receive(address: Address, push: ClassifiedEvent, holder: string): Soon<ReceivedWire>;
  submit(address: Address, input: SendRequest, holder: string, log?: string): Soon<SubmitAnswer>;
  settle(
    seq: number,
    attempt: number,
    outcome: AttemptOutcome,
    next: string | null,
    desk?: DeskTerms,
  ): Soon<LeasedMessage | null>;
  head(): LogHead | null;
  view(limit: number): ConversationDetails | null;
  rows(after: number, limit: number): LogPage | null;
  rowsBefore(before: number, limit: number): LogPage | null;
  message(account: ChannelAccount, seq: number): MessageProgress | null;
  relayed(key: string, answer: RelayedAnswer | null): RelayedAnswer | null;
  replyContext(): string | null;
  replay(consumer: string, after: number, known?: ReplayOptions): number | null;
  resume(pause: AccountPause, spreadMs: number): void;
  leaseTrial(holder: string, desk?: DeskTerms): Soon<LeasedMessage | null>;
  command(input: CommandInput, holder?: string): Promise<CommandAnswer>;
  seen(input: SeenInput): Promise<Snapshot | null>;
  snapshot(): Promise<Snapshot | null>;
  change(log: string, command: string): Promise<CommandChange | null>;
  erase(log?: string): boolean;
}

/**
 * The same methods as seen by a stub. Derived from our own interface, because the stub types of workers-types expand
 * recursive types until the compiler fails (TS2589).
 */
export type RemoteConversation = {
  /** The id of the object, 64 hex digits. */
  readonly id: { toString(): string };
} & {
  readonly [Method in keyof ConversationRpc]: (
    ...args: Parameters<ConversationRpc[Method]>
  ) => Promise<Awaited<ReturnType<ConversationRpc[Method]>>>;
};
