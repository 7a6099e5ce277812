/** The dependencies of a loaded conversation: what its runtime passes in. */
import type { ChannelAccount } from "../../shared/message/address.ts";
import type { ChannelRules } from "../../shared/message/channel-rules.ts";
import type { ConsumerCursors } from "./core/consumer-cursor.ts";
import type { DeskTerms, Service } from "./core/session/service.ts";
import type { ConversationState } from "./core/state.ts";
import type { ConversationStore } from "./storage/log-store.ts";

/** The values of the configuration that a conversation depends on. */
export interface ConversationConfig {
  /** How long rows are kept, milliseconds. */
  readonly retentionMs: number;
  /** Number of further attempts for an automatic message after an unconfirmed one. */
  readonly unconfirmedRetries: 0 | 1;
  /** Whether users' pictures are kept in a bucket. */
  readonly keepsPictures?: boolean;
}

/** The code for conversations with sessions; undefined until it is loaded. */
export interface SessionCode {
  /**
   * Returns what a transition needs to update sessions with human agents: the queue, business hours and the session
   * machine, from the caller's settings (`session/create-service.ts`).
   */
  readonly serve: (desk: DeskTerms | undefined) => Service;
}

/**
 * When a record is reported to the desk. `with_outcome`: its message is being sent, and no agent has to act before the
 * outcome is recorded, so both may be reported together.
 */
export type News = "now" | "with_outcome";

/** The dependencies of a conversation. */
export interface ConversationDeps {
  /** The conversation's id, 64 hex digits, from which the ids of sends are derived. */
  readonly objectId: string;
  readonly store: ConversationStore;
  /** Returns the configuration, read on each call. @throws Error when it is incomplete */
  readonly config: () => ConversationConfig;
  /**
   * Returns the limits of the account's channel, read on each call.
   *
   * @throws Error when the configuration is incomplete
   */
  readonly rulesOf: (account: ChannelAccount) => ChannelRules;
  /**
   * Returns the cursors of consumers that can be delivered to now, e.g. not webhooks without a secret. The alarm is
   * scheduled only for these.
   */
  readonly movable: (state: ConversationState) => ConsumerCursors;
  /** Returns the session code; undefined until it is loaded, which callers do first if needed (`needsSessions`). */
  readonly sessionCode: () => SessionCode | undefined;
  /** Called after each record that the desk has to be notified of. Must return at once. */
  readonly onNews: (news: News) => void;
  /** Sets the alarm, epoch ms. */
  readonly setAlarm: (at: number) => void;
  /** Returns the time, epoch ms. */
  readonly clock: () => number;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
}
