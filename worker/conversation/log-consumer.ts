/**
 * A consumer of a conversation's log reads the rows after its cursor, which is in the folded state, and moves the
 * cursor after it has handled them. It is called by the alarm, never inside a transaction or in the push path. All
 * consumers are listed in `worker/inbox/log-consumers.ts`.
 */
import type { Settings } from "../../shared/api/settings/settings.ts";
import type { Address } from "../../shared/message/address.ts";
import type { ConsumerCursors, KnownConsumers } from "./core/consumer-cursor.ts";
import type { ConversationState } from "./core/state.ts";
import type { Snapshot } from "./session/rpc.ts";
import type { ConversationStore } from "./storage/log-store.ts";

/** The conversation in its current state, which may change between two calls because other events run in between. */
export interface ConsumerHost {
  readonly address: Address;
  readonly id: DurableObjectId;
  /** The id of the log. */
  readonly log: string;
  readonly state: () => ConversationState;
  /** Returns the storage in use; after an erasure another one. */
  readonly store: () => ConversationStore;
  /** Returns the current state of the sessions; null without a log, or when the code for sessions is not loaded. */
  readonly snapshot: () => Snapshot | null;
  /** Applies new cursors; `durable` writes them to storage. */
  readonly keep: (known: KnownConsumers, durable: boolean) => void;
}

/** The interface of a consumer. `Services` are its dependencies in the alarm, `Policy` those from the configuration. */
export interface LogConsumer<Services, Policy> {
  /** Returns the ids of the consumer's cursors for these settings. */
  readonly list: (settings: Settings) => readonly string[];
  /**
   * Returns the cursors without those of consumers that cannot be delivered to with this configuration: the alarm is
   * not set for these.
   */
  readonly movable: (consumers: ConsumerCursors, policy: Policy) => ConsumerCursors;
  /** Delivers the due rows; resolves when they are delivered, a delivery has failed, or the time is used up. */
  readonly deliver: (host: ConsumerHost, services: Services) => Promise<void>;
  /**
   * Called when rows before `until` are about to be deleted.
   *
   * @throws Error when it still needs them; nothing is then deleted
   */
  readonly expire: (host: ConsumerHost, services: Services, until: number) => Promise<void>;
}
