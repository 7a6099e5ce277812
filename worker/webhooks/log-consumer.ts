/**
 * Delivers the rows of a conversation's log to the webhooks: runs the due endpoints with `webhooks/run.ts` and stores
 * the new cursors in the state. Called by the alarm only (docs/design/0013-webhooks.md).
 */
import { accountOf } from "../../shared/message/address.ts";
import { delayCursors, dueCursors, foldProgress, type KnownConsumers } from "../conversation/core/consumer-cursor.ts";
import type { Row } from "../conversation/core/rows.ts";
import { nextDue } from "../conversation/core/schedule.ts";
import { maskRow } from "../conversation/core/shown/masked-row.ts";
import type { ConsumerHost } from "../conversation/log-consumer.ts";
import { writeLog, conversationTag } from "../platform/logger.ts";
import { webhookCursors, withWebhookCursors } from "./core/consumers.ts";
import { toWebhookEvent, typesOf } from "./core/event.ts";
import { toListed } from "./core/listed-webhooks.ts";
import { forgetConversation, type ConsumerServices } from "./forget-conversation.ts";
import { healthMemory } from "./health-reader.ts";
import { runWebhooks, type Deliverable } from "./run.ts";

/**
 * Time in which calls may start, milliseconds after the start of the delivery; limited, because the same alarm has
 * messages to send.
 */
const BUDGET_MS = 10_000;
/** Delay of all webhooks while the settings cannot be read, milliseconds. */
const SETTINGS_RETRY_MS = 30_000;
/**
 * Delivers the due events; resolves when they are delivered or failed, or the time is used up. While the settings
 * cannot be read, it only delays them.
 */
export async function deliverEvents(host: ConsumerHost, services: ConsumerServices): Promise<void> {
  const { address, id, log, state, store } = host;
  const started = Date.now();
  const opened = store();
  const cursorsNow = () => webhookCursors(state().consumers);
  const keep = ({ consumers, settingsVersion }: KnownConsumers, durable: boolean) =>
    host.keep({ consumers: withWebhookCursors(state().consumers, consumers), settingsVersion }, durable);
  if (dueCursors(cursorsNow(), state().lastSeq, started).length === 0) return;
  const stored = await services.settings();
  const tag = conversationTag(id);
  const { lastSeq, settingsVersion } = state();
  const cursors = cursorsNow();
  if (stored === undefined) {
    keep({ consumers: delayCursors(cursors, Date.now() + SETTINGS_RETRY_MS), settingsVersion }, false);
    return writeLog("settings_unavailable", { ...accountOf(address), via: "alarm" });
  }
  const { settings, version } = stored;
  const ids = dueCursors(cursors, lastSeq, Date.now());
  const due = settings.webhooks.flatMap((webhook) => {
    const cursor = ids.includes(webhook.id) ? cursors[webhook.id] : undefined;
    return cursor === undefined ? [] : [{ webhook, cursor }];
  });
  const { account, credential, webhooks: deps } = services;
  const source = { ...address, objectId: id.toString(), log };
  const toDeliverable = (row: Row): Deliverable => ({
    seq: row.seq,
    at: row.at,
    types: typesOf(row),
    build: (type, isMasked) => {
      const message = row.ref === null ? undefined : store().outgoing(row.ref);
      return toWebhookEvent(source, row, type, message, isMasked ? maskRow : undefined);
    },
  });
  const progress = await runWebhooks({
    source,
    due,
    last: lastSeq,
    rows: (after, limit) => store().rows(after, limit).map(toDeliverable),
    deps,
    health: {
      credential,
      fields: accountOf(address),
      account,
      memory: healthMemory,
      now: deps.now,
      listed: toListed(stored),
    },
    // False after an erasure, even if the user has written again since then.
    mayContinue: () => store() === opened && mayContinue(host, started + BUDGET_MS),
    fields: { ...accountOf(address), conversation: tag },
  });
  // The conversation was erased during the run; the results for the old log must not change the cursors of the new
  // log.
  if (store() !== opened) return forgetConversation(account, address, id);
  const listed = { consumers: settings.webhooks.map((webhook) => webhook.id), settingsVersion: version };
  const known = { consumers: cursorsNow(), settingsVersion: state().settingsVersion };
  keep(foldProgress(known, listed, progress, Date.now(), Math.random), true);
}

/** Returns whether another call may start: not after the time limit, and not while a message waits for the alarm. */
function mayContinue({ state }: ConsumerHost, until: number): boolean {
  const now = Date.now();
  const message = nextDue(state(), undefined, 0, {});
  return now < until && (message === undefined || message > now);
}
