/** The webhooks as consumers of a conversation's log: each endpoint has its own cursor, `webhook:<id>`. Pure. */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import { findListeners } from "../../../shared/api/settings/webhooks.ts";
import type { ConsumerCursors } from "../../conversation/core/consumer-cursor.ts";

const PREFIX = "webhook:";

/** Returns the id of a webhook's cursor. */
export function consumerIdOf(webhook: string): string {
  return `${PREFIX}${webhook}`;
}

/** Returns the ids of the cursors for these settings: those of the endpoints that receive events. */
export function listWebhooks({ webhooks }: Settings): readonly string[] {
  return findListeners(webhooks).map(consumerIdOf);
}

/** Returns the cursors of the webhooks, by the webhook's id. */
export function webhookCursors(consumers: ConsumerCursors): ConsumerCursors {
  const own = Object.entries(consumers).filter(([id]) => id.startsWith(PREFIX));
  return Object.fromEntries(own.map(([id, cursor]) => [id.slice(PREFIX.length), cursor]));
}

/** Returns the cursors of the other consumers. */
export function withoutWebhooks(consumers: ConsumerCursors): ConsumerCursors {
  return Object.fromEntries(Object.entries(consumers).filter(([id]) => !id.startsWith(PREFIX)));
}

/** Replaces the cursors of the webhooks and keeps those of other consumers. */
export function withWebhookCursors(consumers: ConsumerCursors, webhooks: ConsumerCursors): ConsumerCursors {
  const own = Object.entries(webhooks).map(([id, cursor]) => [consumerIdOf(id), cursor]);
  return { ...withoutWebhooks(consumers), ...Object.fromEntries(own) };
}
