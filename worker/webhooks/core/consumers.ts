/**
 * Webhooks among the consumers of a conversation's log: each endpoint has a cursor of its own, under `webhook:<id>`. Pure.
 */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import { findListeners } from "../../../shared/api/settings/webhooks.ts";
import type { ConsumerCursors } from "../../conversation/core/consumer-cursor.ts";

const PREFIX = "webhook:";

/** The id of a webhook's cursor. */
export function consumerIdOf(webhook: string): string {
  return `${PREFIX}${webhook}`;
}

/** The ids of the cursors of these settings: those of the endpoints that receive events. */
export function listWebhooks({ webhooks }: Settings): readonly string[] {
  return findListeners(webhooks).map(consumerIdOf);
}

/** The cursors of the webhooks, by the webhook's id. */
export function webhookCursors(consumers: ConsumerCursors): ConsumerCursors {
  const own = Object.entries(consumers).filter(([id]) => id.startsWith(PREFIX));
  return Object.fromEntries(own.map(([id, cursor]) => [id.slice(PREFIX.length), cursor]));
}

/** The cursors of the other consumers. */
export function withoutWebhooks(consumers: ConsumerCursors): ConsumerCursors {
  return Object.fromEntries(Object.entries(consumers).filter(([id]) => !id.startsWith(PREFIX)));
}

/** Replaces the cursors of the webhooks; those of other consumers stay. */
export function withWebhookCursors(consumers: ConsumerCursors, webhooks: ConsumerCursors): ConsumerCursors {
  const own = Object.entries(webhooks).map(([id, cursor]) => [consumerIdOf(id), cursor]);
  return { ...withoutWebhooks(consumers), ...Object.fromEntries(own) };
}
