/** Records as skipped the events that retention is about to delete and that a webhook has not received. */
import { WEBHOOK_EVENTS } from "../../shared/api/webhook-events.ts";
import { accountOf } from "../../shared/message/address.ts";
import { advanceCursor, type ConsumerCursor, type ConsumerProgress } from "../conversation/core/consumer-cursor.ts";
import type { Row } from "../conversation/core/rows.ts";
import type { ConsumerHost } from "../conversation/log-consumer.ts";
import type { ConversationStore } from "../conversation/storage/log-store.ts";
import { conversationTag } from "../platform/logger.ts";
import { webhookCursors, withWebhookCursors } from "./core/consumers.ts";
import { typesOf } from "./core/event.ts";
import { toListed } from "./core/listed-webhooks.ts";
import { forgetConversation, type ConsumerServices } from "./forget-conversation.ts";
import { healthMemory } from "./health-reader.ts";
import { createSkippedEvents } from "./skipped-events.ts";

/** Rows read per batch. */
const MAX_ROWS = 100;

/**
 * Handles rows with a seq below `until`, which are about to be deleted: events in them that a webhook did not receive
 * are recorded as skipped, and its cursor is moved past them.
 *
 * @throws Error when they could not be recorded; the rows must then not be deleted
 */
export async function expireEvents(host: ConsumerHost, services: ConsumerServices, until: number): Promise<void> {
  const { address, id, log, state, store } = host;
  const opened = store();
  const last = Math.min(until - 1, state().lastSeq);
  const behind = Object.entries(webhookCursors(state().consumers)).filter(([, { after }]) => after < last);
  if (behind.length === 0) return;
  const read = await services.settings();
  const settings = read?.settings;
  const source = { ...address, objectId: id.toString(), log };
  const { account, credential, webhooks: deps } = services;
  const fields = accountOf(address);
  const listed = read && toListed(read);
  const health = { credential, fields, account, memory: healthMemory, now: deps.now, listed };
  const progress = new Map<string, ConsumerProgress>();
  for (const [name, { after: from }] of behind) {
    const skipped = createSkippedEvents({
      webhook: name,
      source,
      health,
      fields: { ...fields, conversation: conversationTag(id) },
    });
    // When the settings cannot be read, the webhook's subscribed event types are unknown, so every event is counted
    // as skipped.
    const wanted =
      settings?.webhooks.find((webhook) => webhook.id === name)?.events ?? (settings ? [] : WEBHOOK_EVENTS);
    let after = from;
    for (const row of rowsUntil(opened, from, last)) {
      const types = typesOf(row).filter((type) => wanted.includes(type));
      for (const type of types) skipped.add(row, type, after, { reason: "expired" });
      after = row.seq;
    }
    const moved = await skipped.settle({ from, to: last });
    if (moved.to !== last) throw new ExpiryError();
    progress.set(name, moved);
  }
  if (store() !== opened) return forgetConversation(account, address, id);
  const { consumers, settingsVersion } = state();
  const now = Date.now();
  const moved = Object.entries(webhookCursors(consumers)).map(([name, cursor]): [string, ConsumerCursor] => {
    const made = progress.get(name);
    return [name, made === undefined ? cursor : advanceCursor(cursor, made, now, Math.random())];
  });
  host.keep({ consumers: withWebhookCursors(consumers, Object.fromEntries(moved)), settingsVersion }, true);
}

/** Thrown when skipped events could not be recorded. Their rows must then not be deleted; the alarm tries again. */
class ExpiryError extends Error {
  override readonly name = "ExpiryError";
  readonly code = "expiry";
}

function* rowsUntil(store: ConversationStore, after: number, last: number): Generator<Row> {
  for (let from = after; ;) {
    const rows = store.rows(from, MAX_ROWS).filter(({ seq }) => seq <= last);
    yield* rows;
    const end = rows.at(-1);
    if (end === undefined) return;
    from = end.seq;
  }
}
