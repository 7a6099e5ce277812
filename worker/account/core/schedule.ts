/** When the alarm of an account object is due. Pure. */
import { nextCursorDue } from "../../conversation/core/consumer-cursor.ts";
import { ERASURE_MS } from "../../conversation/core/erasure.ts";
import type { AccountState } from "./state.ts";

/** How long the stored entries are kept, milliseconds. */
export interface Retention {
  readonly eventsMs: number;
  readonly quarantineMs: number;
}

/** The oldest stored entry; null when there is none. */
export interface Oldest {
  readonly event: number | null;
  readonly quarantined: number | null;
  /** The record of events that webhooks did not receive. */
  readonly skipped: number | null;
  /** The erasure that is remembered longest; absent: no erasure is remembered. */
  readonly erased?: number | null;
  /** Not the oldest: the seq of the newest event that can be delivered to webhooks; 0 for none. */
  readonly deliverable: number;
}

/**
 * When the alarm is due next: the background refresh, conversations to wake, events to deliver, the next entry to
 * delete. Undefined: never.
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
