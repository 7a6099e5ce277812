/** Computes when the alarm of an account object is due. Pure. */
import { nextCursorDue } from "../../conversation/core/consumer-cursor.ts";
import { ERASURE_MS } from "../../conversation/core/erasure.ts";
import type { AccountState } from "./state.ts";

/** How long the stored entries are kept, milliseconds. */
export interface Retention {
  readonly eventsMs: number;
  readonly quarantineMs: number;
}

/** The time of the oldest stored entry of each kind; null when there is none. */
export interface Oldest {
  readonly event: number | null;
  readonly quarantined: number | null;
  /** The oldest record of an event that a webhook did not receive. */
  readonly skipped: number | null;
  /** The oldest stored erasure; absent or null: none is stored. */
  readonly erased?: number | null;
  /** Unlike the other fields: the seq of the newest event that can be delivered to webhooks; 0: there is none. */
  readonly deliverable: number;
}

/**
 * Returns when the alarm is due next: for the background refresh, conversations to wake, events to deliver, or the next
 * entry to delete. Undefined: never.
 */
export function nextDue(
  { refreshAt, releaseAt = null, appWebhooks = {} }: Pick<AccountState, "refreshAt"> & Partial<AccountState>,
  oldest: Oldest,
  retention: Retention,
): number | undefined {
  const due = [
    refreshAt,
    releaseAt,
    oldest.event === null ? null : oldest.event + retention.eventsMs,
    oldest.quarantined === null ? null : oldest.quarantined + retention.quarantineMs,
    oldest.skipped === null ? null : oldest.skipped + retention.eventsMs,
    typeof oldest.erased === "number" ? oldest.erased + ERASURE_MS : null,
    nextCursorDue(appWebhooks, oldest.deliverable) ?? null,
  ].filter((time) => time !== null);
  return due.length === 0 ? undefined : Math.min(...due);
}
