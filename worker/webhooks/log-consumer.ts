/**
 * Delivers the rows of a conversation's log to the webhooks: runs the due endpoints by `webhooks/run.ts` and stores the
 * new cursors in the state. Called by the alarm only (docs/design/0013-webhooks.md).
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import { delayCursors, dueCursors, foldProgress, type KnownWebhooks } from "../conversation/core/consumer-cursor.ts";
import type { Row } from "../conversation/core/rows.ts";
import { nextDue } from "../conversation/core/schedule.ts";
import type { ConversationState } from "../conversation/core/state.ts";
import type { Address } from "../conversation/rpc.ts";
import type { ConversationStore } from "../conversation/store.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog, conversationTag } from "../platform/logger.ts";
import type { WebhookCallDeps } from "./call-webhook.ts";
import { toWebhookEvent, typesOf } from "./core/event.ts";
import { toListed } from "./core/listed-webhooks.ts";
import { healthMemory, type WebhookAccount } from "./health-reader.ts";
import { runWebhooks, type Deliverable } from "./run.ts";

/** The conversation at the time of the call: other events are handled in between. */
export interface WebhookConsumerDeps {
  readonly address: Address;
  readonly id: DurableObjectId;
  readonly state: () => ConversationState;
  /** The storage in use; another one after an erasure. */
  readonly store: () => ConversationStore;
  /** Sets new cursors; `durable` writes them. */
  readonly keep: (known: KnownWebhooks, durable: boolean) => void;
}

/** The part of the account object that is used. */
interface ConsumerAccount extends WebhookAccount {
  forgetConversation(id: string): Promise<unknown>;
}

/** What delivering to webhooks needs of the account. */
export interface ConsumerServices {
  /** A fresh stub of the account object. */
  readonly account: () => ConsumerAccount;
  /** The settings in force with their version; undefined when they cannot be read. */
  readonly settings: () => Promise<SettingsVersion | undefined>;
  readonly webhooks: WebhookCallDeps;
}

/** Time in which calls may start, milliseconds from the alarm: the same alarm has messages to send. */
const BUDGET_MS = 10_000;
/** Delay of all webhooks while the settings cannot be read, milliseconds. */
const SETTINGS_RETRY_MS = 30_000;
/** Timeout of removing an erased conversation from the account, milliseconds. */
const FORGET_TIMEOUT_MS = 1_500;

/** Delivers the due events; resolves when that is done, has failed, or the time is up. */
export async function deliverEvents(host: WebhookConsumerDeps, services: ConsumerServices): Promise<void> {
  const { address, id, state, store } = host;
  const started = Date.now();
  const opened = store();
  if (dueCursors(state().webhooks, state().lastSeq, started).length === 0) return;
  const stored = await services.settings();
  const user = conversationTag(id);
  const { lastSeq, webhooks: cursors, settingsVersion } = state();
  if (stored === undefined) {
    host.keep({ webhooks: delayCursors(cursors, Date.now() + SETTINGS_RETRY_MS), settingsVersion }, false);
    return writeLog("settings_unavailable", { app: address.appid, via: "alarm" });
  }
  const { settings, version } = stored;
  const ids = dueCursors(cursors, lastSeq, Date.now());
  const due = settings.webhooks.flatMap((webhook) => {
    const cursor = ids.includes(webhook.id) ? cursors[webhook.id] : undefined;
    return cursor === undefined ? [] : [{ webhook, cursor }];
  });
  const { account, webhooks: deps } = services;
  const source = { ...address, objectId: id.toString() };
  const toDeliverable = (row: Row): Deliverable => ({
    seq: row.seq,
    at: row.at,
    types: typesOf(row),
    build: (type) => toWebhookEvent(source, row, type, row.ref === null ? undefined : store().outgoing(row.ref)),
  });
  const progress = await runWebhooks({
    source,
    due,
    last: lastSeq,
    rows: (after, limit) => store().rows(after, limit).map(toDeliverable),
    deps,
    health: { appid: address.appid, account, memory: healthMemory, now: deps.now, listed: toListed(stored) },
    // Not after an erasure, even if the user has written again since.
    mayGoOn: () => store() === opened && mayContinue(host, started + BUDGET_MS),
    fields: { app: address.appid, user },
  });
  // Erased meanwhile: the results for the old log do not concern the cursors of the new one.
  if (store() !== opened) return forgetConversation(account, address.appid, id);
  const listed = { webhooks: settings.webhooks.map((webhook) => webhook.id), settingsVersion: version };
  host.keep(foldProgress(state(), listed, progress, Date.now(), Math.random), true);
}

/**
 * The user was erased during the run: its reports may have reached the account after the erasure had removed the user
 * there.
 */
export async function forgetConversation(
  account: ConsumerServices["account"],
  app: string,
  id: DurableObjectId,
): Promise<void> {
  try {
    await withTimeout(FORGET_TIMEOUT_MS, account().forgetConversation(id.toString()));
  } catch (error) {
    writeLog("account_unreachable", { app, error: errorName(error) });
  }
}

/** Not late, and not while a message waits for the alarm. */
function mayContinue({ state }: WebhookConsumerDeps, until: number): boolean {
  const now = Date.now();
  const message = nextDue(state(), undefined, 0, false);
  return now < until && (message === undefined || message > now);
}
