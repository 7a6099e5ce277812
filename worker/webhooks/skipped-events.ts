/** Collects the events that one run skips, until the account has recorded them. */
import { eventIdOf, type WebhookEventType, type WebhookSource } from "../../shared/api/webhook-events.ts";
import type { ConsumerProgress } from "../conversation/core/consumer-cursor.ts";
import type { Row } from "../conversation/core/rows.ts";
import { writeLog } from "../platform/logger.ts";
import type { SkippedEvent, SkipReason } from "./core/skipped.ts";
import { recordSkipped, type HealthDeps } from "./health-reader.ts";

/** The origin of the events. */
export interface EventSource extends Pick<WebhookSource, "objectId"> {
  /** The log's id; absent for the account's own events. */
  readonly log?: string;
}

/** The injected dependencies. */
export interface SkippedDeps {
  /** The id of the endpoint. */
  readonly webhook: string;
  readonly source: EventSource;
  readonly health: HealthDeps;
  /** Fields of the log lines. */
  readonly fields: Readonly<Record<string, string>>;
}

/** The events of one run and endpoint. */
export interface Skipped {
  /**
   * Adds a skipped event: refused, expired, or abandoned after other failures.
   *
   * @param after the cursor before its row
   */
  add(
    row: Pick<Row, "seq" | "at">,
    type: WebhookEventType,
    after: number,
    why: { readonly reason: string; readonly status?: number },
  ): void;
  /** Records that an event was accepted, which ends the series of consecutive skipped events. */
  accepted(): void;
  /** Returns whether no event was skipped. */
  isEmpty(): boolean;
  /**
   * Ends the run: the account records the events.
   *
   * @returns the progress; when the events could not be recorded, the cursor stays before the first of them
   */
  settle(progress: ConsumerProgress): Promise<ConsumerProgress>;
}

/** Creates the collection for one run. */
export function createSkippedEvents({ webhook, source, health, fields }: SkippedDeps): Skipped {
  const events: (SkippedEvent & { readonly after: number })[] = [];
  /** Number of skipped events since the last accepted one. */
  let inRow = 0;
  let newest: { readonly reason: SkipReason; readonly status?: number } = { reason: "refused" };

  return {
    add(row, type, after, { reason, status }) {
      const skipReason = reason === "refused" || reason === "expired" ? reason : "given_up";
      if (skipReason === "given_up") writeLog("webhook_given_up", { ...fields, webhook, type, reason });
      newest = { reason: skipReason, ...(status !== undefined && { status }) };
      inRow += 1;
      events.push({ after, seq: row.seq, id: eventIdOf(source, row, type), type, at: row.at });
    },
    accepted: () => void (inRow = 0),
    isEmpty: () => events.length === 0,
    async settle(progress) {
      const [first] = events;
      if (first === undefined) return progress;
      const { after, ...event } = first;
      const { objectId: conversation, log } = source;
      const of = { conversation, ...(log !== undefined && { log }) };
      const skipped = { ...of, count: events.length, inRow, first: event, ...newest };
      if (await recordSkipped(health, webhook, skipped)) return progress;
      const stopped = progress.stopped?.reason === "paused" ? progress.stopped : ({ reason: "failed" } as const);
      return { from: progress.from, to: after, stopped };
    },
  };
}
