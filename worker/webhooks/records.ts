/**
 * The account object's part in webhooks: it stores the reports of conversations, health and skipped events, and lists
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
import type { SkippedConversation, SkippedEvents, SkippedStore, SkippedSummary } from "./skipped-store.ts";

/** What the records need of the account object. */
export interface WebhookRecordsDeps {
  readonly appid: () => string;
  /** The webhooks of the newest settings callers have read. */
  readonly listed: () => ListedWebhooks;
  readonly healths: () => WebhookHealths;
  /** Stores healths when they are passed, and sets the alarm if something is due before it. */
  readonly write: (healths?: WebhookHealths) => void;
  readonly skipped: SkippedStore;
}

/** The state of the webhooks. */
export interface WebhookStatus {
  readonly healths: WebhookHealths;
  /** By the webhook's id; only those with skipped events. */
  readonly skipped: Readonly<Record<string, SkippedSummary>>;
}

/** Creates it. */
export function createWebhookRecords({ appid, listed, healths, write, skipped }: WebhookRecordsDeps) {
  /** A report of a caller that cannot read the settings is recorded for every webhook. */
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
    /** A conversation reports a call. Returns the endpoint's health after it. */
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

    /** Records events that a conversation skipped; they are recorded when this returns. */
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

    /** The state of the webhooks of the settings. */
    status(): WebhookStatus {
      const summaries = listed().webhooks.flatMap(({ id }) => {
        const summary = skipped.summary(id);
        return summary === undefined ? [] : [[id, summary] as const];
      });
      return { healths: healths(), skipped: Object.fromEntries(summaries) };
    },

    /**
     * Conversations with events that an endpoint did not receive: at most the given number, the longest waiting first,
     * or one by its id.
     */
    skippedConversations(id: string, which: number | string): readonly SkippedConversation[] {
      return skipped.conversations(id, which);
    },

    /** These conversations deliver their skipped events again. @returns how many conversations are still recorded */
    replayed(id: string, read: readonly SkippedConversation[]): number {
      for (const conversation of read) skipped.remove(id, conversation);
      return skipped.summary(id)?.conversations ?? 0;
    },

    /** Deletes the record of an endpoint's skipped events. @returns their number */
    dismiss(id: string): number {
      return skipped.clear(id);
    },

    /** Deletes a conversation, by its object's id: its user was erased. */
    forget(conversation: string): void {
      skipped.forget(conversation);
      for (const [id, health] of Object.entries(healths())) change(id, withoutConversation(health, conversation));
    },

    /** A caller has read newer settings: records of removed endpoints are deleted. */
    follow({ webhooks }: ListedWebhooks): void {
      const known = healths();
      const kept = keepHealths(known, listed().webhooks, webhooks);
      if (Object.entries(known).some(([id, health]) => ownValue(kept, id) !== health)) write(kept);
      skipped.keep(webhooks.map(({ id }) => id));
    },
  };
}
