/**
 * A consumer of a conversation's log: it reads the rows after its cursor, which is in the folded state, and moves the
 * cursor when it has handled them. It is called by the alarm, never from inside a transaction or by the push path. The
 * list of all: `worker/inbox/log-consumers.ts`.
 */
import type { Settings } from "../../shared/api/settings/settings.ts";
import type { Address } from "../../shared/message/address.ts";
import type { ConsumerCursors, KnownConsumers } from "./core/consumer-cursor.ts";
import type { ConversationState } from "./core/state.ts";
import type { ConversationStore } from "./log-store.ts";

/** The conversation, as it is at the moment of asking: other events come in between. */
export interface ConsumerHost {
  readonly address: Address;
  readonly id: DurableObjectId;
  /** The id of the log. */
  readonly log: string;
  readonly state: () => ConversationState;
  /** The storage in use; another one after an erase. */
  readonly store: () => ConversationStore;
  /** Takes new cursors; `durable` writes them. */
  readonly keep: (known: KnownConsumers, durable: boolean) => void;
}

/**
 * The interface of a consumer. `Services` and `Policy` are its dependencies from the alarm and from the configuration.
 */
export interface LogConsumer<Services, Policy> {
  /** The ids of its cursors by these settings. */
  readonly list: (settings: Settings) => readonly string[];
  /** The cursors without those that cannot move by this configuration: the alarm is not set for them. */
  readonly movable: (consumers: ConsumerCursors, policy: Policy) => ConsumerCursors;
  /** Handles what is due; resolves when that is done, has failed, or its time is up. */
  readonly deliver: (host: ConsumerHost, services: Services) => Promise<void>;
  /**
   * Rows before `until` are about to be deleted.
   *
   * @throws Error when it still needs them: nothing is deleted then
   */
  readonly expire: (host: ConsumerHost, services: Services, until: number) => Promise<void>;
}
