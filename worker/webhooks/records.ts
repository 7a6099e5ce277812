/**
 * The webhook methods of the account object: stores the reports of conversations, health and skipped events, and lists
 * what can be replayed. The rules are in webhooks/core/endpoint-health.ts, the SQL in webhooks/skipped-store.ts.
 */
import { ownValue } from "../../shared/base/own-value.ts";
import { miniProgramAccount } from "../../shared/message/address.ts";
import { writeLog } from "../platform/logger.ts";
import {
  keepHealths,
  recordGivenUp,
  recordReport,
  withHealth,
  withoutConversation,
  type WebhookHealth,
  type WebhookHealths,
  type WebhookReport,
} from "./core/endpoint-health.ts";
import type { ListedWebhooks } from "./core/listed-webhooks.ts";
import type { SkippedConversation, SkippedEvents, SkippedSummary } from "./core/skipped.ts";
import type { SkippedStore } from "./skipped-store.ts";

/** The injected dependencies. */
export interface WebhookRecordsDeps {
  readonly appid: () => string;
  /** Returns the webhooks of the newest settings that callers have read. */
  readonly listed: () => ListedWebhooks;
  readonly healths: () => WebhookHealths;
  /** Stores the health if passed, and moves the alarm forward when something is due earlier. */
  readonly write: (healths?: WebhookHealths) => void;
  readonly skipped: SkippedStore;
}

/** The state of the webhooks. */
export interface WebhookStatus {
  readonly healths: WebhookHealths;
  /** Skipped events by webhook id; only webhooks that have some. */
  readonly skipped: Readonly<Record<string, SkippedSummary>>;
}

/** Creates the webhook methods of the account object. */
export function createWebhookRecords({ appid, listed, healths, write, skipped }: WebhookRecordsDeps) {
  /**
   * Returns whether a report is recorded: its webhook must be in the newest settings. The report of a caller that
   * could not read the settings is always recorded.
   */
  const isListed = (id: string, read: ListedWebhooks | undefined) =>
    read === undefined || listed().webhooks.some((webhook) => webhook.id === id);

  function change(id: string, health: WebhookHealth | undefined): WebhookHealths {
    const known = healths();
    if (health === ownValue(known, id)) return known;
    const changed = withHealth(known, id, health);
    write(changed);
    return changed;
  }

  return {
    /**
     * Records a conversation's report of its calls, unless the webhook was removed. @returns the health of all webhooks
     * with failures
     */
    report(id: string, report: WebhookReport, read: ListedWebhooks | undefined, now: number): WebhookHealths {
      const known = ownValue(healths(), id);
      const health = recordReport(known, report, now);
      if (!isListed(id, read) || health === known) return healths();
      const fields = { ...miniProgramAccount(appid()), webhook: id };
      if ((known?.failures ?? 0) > 0 && (health?.failures ?? 0) === 0) writeLog("webhook_recovered", fields);
      if (health !== undefined && health.pausedUntil > now) {
        const { failures, lastReason: reason, lastStatus: status, pausedUntil } = health;
        writeLog("webhook_paused", { ...fields, failures, reason, status, seconds: (pausedUntil - now) / 1_000 });
      }
      return change(id, health);
    },

    /**
     * Records events that a conversation skipped, unless the webhook was removed; they are stored when this function
     * returns.
     */
    recordSkipped(id: string, events: SkippedEvents, read: ListedWebhooks | undefined, now: number): void {
      if (!isListed(id, read)) return;
      const { conversation, count, reason, status, inRow = count } = events;
      skipped.note(id, events, now);
      write();
      writeLog("webhook_skipped", { ...miniProgramAccount(appid()), webhook: id, reason, status, count });
      const known = ownValue(healths(), id);
      const outcome = { conversation, reason, count: Math.max(1, inRow), ...(status !== undefined && { status }) };
      const report = { ok: false, ...outcome } as const;
      if (reason === "refused") change(id, recordReport(known, report, now));
      else if (known !== undefined) change(id, recordGivenUp(known, conversation));
    },

    /** Returns the failures of the webhooks, and the skipped events of those in the settings. */
    status(): WebhookStatus {
      const summaries = listed().webhooks.flatMap(({ id }) => {
        const summary = skipped.summary(id);
        return summary === undefined ? [] : [[id, summary] as const];
      });
      return { healths: healths(), skipped: Object.fromEntries(summaries) };
    },

    /**
     * Returns conversations with events that an endpoint did not receive: at most the given number, those with the
     * oldest skipped event first; or one by its id.
     */
    skippedConversations(id: string, which: number | string): readonly SkippedConversation[] {
      return skipped.conversations(id, which);
    },

    /**
     * Removes conversations that redeliver their skipped events, except those in which more were skipped since they
     * were read. @returns how many are still recorded
     */
    replayed(id: string, read: readonly SkippedConversation[]): number {
      for (const conversation of read) skipped.remove(id, conversation);
      return skipped.summary(id)?.conversations ?? 0;
    },

    /** Deletes the record of an endpoint's skipped events. @returns the number of these events */
    dismiss(id: string): number {
      return skipped.clear(id);
    },

    /** Removes a conversation whose user was erased, by its object's id. */
    forget(conversation: string): void {
      skipped.forget(conversation);
      for (const [id, health] of Object.entries(healths())) change(id, withoutConversation(health, conversation));
    },

    /**
     * Applies newer settings that a caller has read: records of removed endpoints are deleted, the health of changed
     * ones is reset (`keepHealths`).
     */
    follow({ webhooks }: ListedWebhooks): void {
      const known = healths();
      const kept = keepHealths(known, listed().webhooks, webhooks);
      if (Object.entries(known).some(([id, health]) => ownValue(kept, id) !== health)) write(kept);
      skipped.keep(webhooks.map(({ id }) => id));
    },
  };
}
