/**
 * What the account object does for webhooks: it takes the reports of conversations, keeps health and skipped events,
 * and says what there is to replay. The rules are in webhooks/core/endpoint-health.ts, the SQL in webhooks/skipped-store.ts.
 */
import type { Webhook } from "../../shared/api/settings/settings.ts";
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import { ownValue } from "../../shared/base/own-value.ts";
import { writeLog } from "../platform/logger.ts";
import {
  keepHealths,
  noteGivenUp,
  noteReport,
  withHealth,
  withoutConversation,
  type WebhookHealth,
  type WebhookHealths,
  type WebhookReport,
} from "./core/endpoint-health.ts";
import type { SkippedConversation, SkippedEvents, SkippedStore, SkippedSummary } from "./skipped-store.ts";

/** What is needed of the account object. */
export interface WebhookRecordsDeps {
  readonly appid: () => string;
  readonly settings: () => SettingsVersion;
  readonly healths: () => WebhookHealths;
  /** Stores healths when they are given, and arms the alarm if something is due before it. */
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
export function createWebhookRecords({ appid, settings, healths, write, skipped }: WebhookRecordsDeps) {
  /** What belongs to webhooks of settings that cannot be read is kept. */
  const isListed = (id: string) => {
    const { settings: read, unreadable } = settings();
    return unreadable !== undefined || read.webhooks.some((webhook) => webhook.id === id);
  };

  function change(id: string, health: WebhookHealth | undefined): WebhookHealths {
    const known = healths();
    if (health === ownValue(known, id)) return known;
    const changed = withHealth(known, id, health);
    write(changed);
    return changed;
  }

  return {
    /** A conversation reports a call. Returns what is known after it. */
    report(id: string, report: WebhookReport, now: number): WebhookHealths {
      const known = ownValue(healths(), id);
      const health = noteReport(known, report, now);
      if (!isListed(id) || health === known) return healths();
      const fields = { app: appid(), webhook: id };
      if ((known?.failures ?? 0) > 0 && (health?.failures ?? 0) === 0) writeLog("webhook_recovered", fields);
      if (health !== undefined && health.pausedUntil > now) {
        const { failures, lastReason: reason, lastStatus: status, pausedUntil } = health;
        writeLog("webhook_paused", { ...fields, failures, reason, status, seconds: (pausedUntil - now) / 1_000 });
      }
      return change(id, health);
    },

    /** A conversation passes events over. They are on record when this returns. */
    noteSkipped(id: string, events: SkippedEvents, now: number): void {
      if (!isListed(id)) return;
      const { conversation, count, reason, status, inRow = count } = events;
      skipped.note(id, events, now);
      write();
      writeLog("webhook_skipped", { app: appid(), webhook: id, reason, status, count });
      const known = ownValue(healths(), id);
      const outcome = { conversation, reason, count: Math.max(1, inRow), ...(status !== undefined && { status }) };
      const report = { ok: false, ...outcome } as const;
      if (reason === "refused") change(id, noteReport(known, report, now));
      else if (known !== undefined) change(id, noteGivenUp(known, conversation));
    },

    /** How the webhooks of the settings are doing. */
    status(): WebhookStatus {
      const summaries = settings().settings.webhooks.flatMap(({ id }) => {
        const summary = skipped.summary(id);
        return summary === undefined ? [] : [[id, summary] as const];
      });
      return { healths: healths(), skipped: Object.fromEntries(summaries) };
    },

    /** Conversations of which an endpoint did not get everything: as many, the longest waiting first, or one by its id. */
    skippedConversations(id: string, which: number | string): readonly SkippedConversation[] {
      return skipped.conversations(id, which);
    },

    /** These conversations deliver again what they skipped. @returns how many conversations are left on record */
    replayed(id: string, read: readonly SkippedConversation[]): number {
      for (const conversation of read) skipped.remove(id, conversation);
      return skipped.summary(id)?.conversations ?? 0;
    },

    /** Forgets what an endpoint did not get. @returns how many events that were */
    dismiss(id: string): number {
      return skipped.clear(id);
    },

    /** Forgets a conversation, by its object's id: the user was erased. */
    forget(conversation: string): void {
      skipped.forget(conversation);
      for (const [id, health] of Object.entries(healths())) change(id, withoutConversation(health, conversation));
    },

    /** New settings were stored: what belongs to endpoints that are gone is forgotten. */
    settingsChanged(before: SettingsVersion, after: readonly Webhook[]): void {
      const known = healths();
      const kept = keepHealths(known, before.settings.webhooks, after);
      if (Object.entries(known).some(([id, health]) => ownValue(kept, id) !== health)) write(kept);
      skipped.keep(after.map(({ id }) => id));
    },
  };
}
