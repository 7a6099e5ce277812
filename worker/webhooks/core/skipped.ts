/** The events that webhooks did not receive, as they are recorded and reported (docs/design/0013-webhooks.md). */

/** Why an event was skipped. */
export type SkipReason =
  /** The endpoint answered 400, 413, 415 or 422: it will never accept this event. */
  | "refused"
  /** The endpoint did not accept the event for three days. */
  | "given_up"
  /** Retention deleted the event's row before the event was delivered. */
  | "expired";

/** Events of one conversation that were skipped together. Crosses RPC: new fields must be optional. */
export interface SkippedEvents {
  /**
   * The id of the conversation's object, 64 hex digits; for events of the mini program as a whole, the account object's
   * own id.
   */
  readonly conversation: string;
  /** The log that contains the events; absent for the account's own events. */
  readonly log?: string;
  readonly count: number;
  /** The number of skipped events since the last accepted one; absent: all of them. */
  readonly inRow?: number;
  /** The first of these events. */
  readonly first: SkippedEvent;
  readonly reason: SkipReason;
  /** The HTTP status of the newest answer, when there was one. */
  readonly status?: number;
}

/** One event that was skipped. */
export interface SkippedEvent {
  /** The seq of the event's row, from which a replay begins. */
  readonly seq: number;
  /** The event's id, the value of the header `webhook-id`. */
  readonly id: string;
  readonly type: string;
  /** When the event's row was stored, epoch ms. */
  readonly at: number;
}

/** The events that one endpoint did not receive. Times in epoch ms. */
export interface SkippedSummary {
  readonly count: number;
  /** The number of conversations with skipped events. */
  readonly conversations: number;
  readonly lastAt: number;
  readonly lastReason: SkipReason;
  readonly lastStatus?: number;
  /** The skipped event with the lowest seq; absent when only unlisted conversations are left. */
  readonly first?: SkippedEvent & { readonly conversation: string };
  /**
   * The part of `count` in conversations beyond the limit of listed ones (`MAX_LISTED`): a replay of all does not
   * include them.
   */
  readonly unlisted: number;
}

/** A conversation to be replayed. */
export interface SkippedConversation {
  readonly conversation: string;
  /** The log in which the events were skipped; null for the account's own events. */
  readonly log: string | null;
  /** The seq before the first skipped event, from which a replay begins. */
  readonly after: number;
  /** The number of skipped events; if it has changed, more were skipped in the meantime. */
  readonly count: number;
}
