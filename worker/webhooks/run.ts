/**
 * Delivers the events of a conversation's log, or of the account's table of events, to the webhooks: each endpoint
 * independently, one event after another in order, until all are delivered, a call fails, or the time is used up. An
 * event that the endpoint refuses is skipped. The cursors are not changed here; the object stores the results.
 *
 * The account records a skipped event before the cursor moves past it, so no event is lost without a record.
 */
import type { Webhook } from "../../shared/api/settings/settings.ts";
import type { WebhookEventType } from "../../shared/api/webhook-events.ts";
import { ownValue } from "../../shared/base/own-value.ts";
import { isExpired, type ConsumerCursor, type ConsumerProgress } from "../conversation/core/consumer-cursor.ts";
import { writeLog } from "../platform/logger.ts";
import type { PostFailure } from "../platform/post-json.ts";
import { callWebhook, type WebhookCallDeps } from "./call-webhook.ts";
import { GONE_PAUSE_MS, type WebhookHealth } from "./core/endpoint-health.ts";
import type { WebhookEvent } from "./core/event.ts";
import { readHealths, reportHealth, type HealthDeps } from "./health-reader.ts";
import { createSkippedEvents, type EventSource, type Skipped } from "./skipped-events.ts";

/** A source of events: a row of a log, or an account event. */
export interface Deliverable {
  readonly seq: number;
  /** When the row or event was stored, epoch ms. */
  readonly at: number;
  /** The types of the events to send for it, in order. */
  readonly types: readonly WebhookEventType[];
  /** @param isMasked whether the endpoint gets personal data masked */
  readonly build: (type: WebhookEventType, isMasked: boolean) => WebhookEvent;
}

/** An endpoint with events to deliver. */
export interface DueWebhook {
  readonly webhook: Webhook;
  readonly cursor: ConsumerCursor;
}

/** The inputs and injected dependencies of a run. */
export interface WebhookRun {
  readonly source: EventSource;
  readonly due: readonly DueWebhook[];
  /** The seq of the newest row. */
  readonly last: number;
  /** Returns rows after a cursor, oldest first; fewer than `limit` does not mean that there are no more. */
  readonly rows: (after: number, limit: number) => readonly Deliverable[];
  readonly deps: WebhookCallDeps;
  readonly health: HealthDeps;
  /** Returns whether another call may start. */
  readonly mayContinue: () => boolean;
  /** Fields of the log lines: the conversation (`conversationTag`). */
  readonly fields: Readonly<Record<string, string>>;
}

/** Timeout of one webhook call, milliseconds; after it the delivery counts as failed and is repeated. */
export const DELIVERY_TIMEOUT_MS = 5_000;
/** The maximum number of rows read for one endpoint in a run. */
const MAX_ROWS = 100;

/** Runs the delivery; resolves with the progress of each endpoint, by its id. */
export async function runWebhooks(run: WebhookRun): Promise<ReadonlyMap<string, ConsumerProgress>> {
  const healths = await readHealths(run.health);
  const entries = run.due.map(async (due): Promise<readonly [string, ConsumerProgress]> => {
    const { id } = due.webhook;
    const health = ownValue(healths, id);
    const until = health?.pausedUntil ?? 0;
    if (until > run.deps.now()) return [id, await skipExpired(run, due, until, health?.lastStatus)];
    return [
      id,
      await deliverRows(run, due, { mustReport: wasInTrouble(run, due, health), waits: isWaiting(run, due, health) }),
    ];
  });
  return new Map(await Promise.all(entries));
}

/**
 * Returns whether a success has to be reported to the account. The cached health may be half a minute old, so during a
 * replay a success is always reported.
 */
function wasInTrouble(run: WebhookRun, due: DueWebhook, health: WebhookHealth | undefined): boolean {
  return due.cursor.isReplay === true || isWaiting(run, due, health) || (health?.failures ?? 0) > 0;
}

/**
 * Returns whether the account may list this conversation as waiting for the endpoint: after a failed try, or by the
 * cached health.
 */
function isWaiting({ source }: WebhookRun, { cursor }: DueWebhook, health: WebhookHealth | undefined): boolean {
  return cursor.tries > 0 || ownValue(health?.conversations ?? {}, source.objectId) !== undefined;
}

/** What is known of earlier failures of an endpoint when a run begins. */
interface KnownTrouble {
  /** Whether the first accepted event has to be reported. */
  readonly mustReport: boolean;
  /** Whether the conversation is listed as waiting. */
  readonly waits: boolean;
}

/** Delivers the rows to one endpoint, in order. */
async function deliverRows(
  run: WebhookRun,
  due: DueWebhook,
  { mustReport, waits }: KnownTrouble,
): Promise<ConsumerProgress> {
  const { webhook, cursor } = due;
  const from = cursor.after;
  const rows = run.rows(from, MAX_ROWS);
  const skipped = skippedOf(run, webhook);
  let to = from;
  let isAlive = false;
  let mustReportSuccess = mustReport;
  /** Whether the newest outcome is an accepted event after a skipped one. */
  let isOkAgain = false;
  let isCalled = false;
  const success = { ok: true, conversation: run.source.objectId } as const;
  const reportSuccess = () => reportHealth(run.health, webhook.id, success);
  const end = async (stopped?: ConsumerProgress["stopped"]): Promise<ConsumerProgress> => {
    const onlyGaveUp = !isAlive && !skipped.isEmpty();
    const made = { from, to, ...(onlyGaveUp && { since: cursor.since }), ...(stopped && { stopped }) };
    const settled = await skipped.settle(made);
    // Skipped events are reported at the end of the run, so an event that was accepted after them is reported once
    // more.
    if (isOkAgain && settled === made) await reportSuccess();
    return settled;
  };
  for (const row of rows) {
    for (const type of wantedTypes(webhook, row)) {
      if (!run.mayContinue()) return end();
      isCalled = true;
      const failure = await deliver(run, webhook, row, type);
      if (failure === undefined) skipped.accepted();
      if (failure === undefined && mustReportSuccess) {
        await reportSuccess();
        mustReportSuccess = false;
      }
      isOkAgain = failure === undefined && !skipped.isEmpty();
      isAlive ||= failure === undefined || failure.reason === "refused";
      if (failure === undefined) continue;
      if (failure.reason !== "refused") {
        const stopped = await reportFailure(run, webhook, failure);
        const isFirst = to === from && skipped.isEmpty();
        if (stopped.reason === "paused")
          return isFirst ? skipExpired(run, due, stopped.until, failure.status) : end(stopped);
        if (isAlive || !isExpired(cursor, row.seq, run.deps.now())) return end(stopped);
      }
      skipped.add(row, type, to, failure);
    }
    to = row.seq;
  }
  if (rows.length < MAX_ROWS && run.rows(to, 1).length === 0) {
    to = Math.max(to, run.last);
    // After a change of the settings, the endpoint no longer subscribes to the waiting event.
    if (waits && !isCalled) await reportHealth(run.health, webhook.id, { ...success, isIdle: true });
  }
  return end();
}

/**
 * Skips expired events during a pause of the endpoint, in which no call is made. Expired events (`isExpired`) would
 * otherwise wake the conversation after each pause, which is billed, until retention deletes their rows.
 */
async function skipExpired(
  run: WebhookRun,
  { webhook, cursor }: DueWebhook,
  until: number,
  status: number | undefined,
): Promise<ConsumerProgress> {
  const { after: from, since } = cursor;
  const rows = run.rows(from, MAX_ROWS).filter(({ seq }) => isExpired(cursor, seq, run.deps.now()));
  const skipped = skippedOf(run, webhook);
  let to = from;
  for (const row of rows) {
    for (const type of wantedTypes(webhook, row)) {
      skipped.add(row, type, to, { reason: "paused", ...(status !== undefined && { status }) });
    }
    to = row.seq;
  }
  const stopped = { reason: "paused", until } as const;
  return skipped.settle({ from, to, ...(since !== 0 && { since }), stopped });
}

function skippedOf({ source, health, fields }: WebhookRun, { id }: Webhook): Skipped {
  return createSkippedEvents({ webhook: id, source, health, fields });
}

function wantedTypes(webhook: Webhook, row: Deliverable): readonly WebhookEventType[] {
  return row.types.filter((type) => webhook.events.includes(type));
}

async function deliver(
  run: WebhookRun,
  webhook: Webhook,
  row: Deliverable,
  type: WebhookEventType,
): Promise<PostFailure | undefined> {
  const started = run.deps.now();
  const { id, body } = row.build(type, webhook.mask === true);
  const call = { url: webhook.url, id, body, timeoutMs: DELIVERY_TIMEOUT_MS, maxAnswerBytes: 0 };
  const answer = await callWebhook(run.deps, call);
  const outcome = answer.ok ? "delivered" : answer.error.reason;
  const status = answer.ok ? undefined : answer.error.status;
  writeLog("webhook", { ...run.fields, webhook: webhook.id, type, outcome, status, ms: run.deps.now() - started });
  return answer.ok ? undefined : answer.error;
}

async function reportFailure(
  run: WebhookRun,
  webhook: Webhook,
  { reason, status, retryAfterMs }: PostFailure,
): Promise<NonNullable<ConsumerProgress["stopped"]>> {
  const conversation = run.source.objectId;
  const report = { ok: false as const, conversation, reason, ...(status !== undefined && { status }) };
  const healths = await reportHealth(run.health, webhook.id, report);
  const until = ownValue(healths, webhook.id)?.pausedUntil ?? 0;
  if (until > run.deps.now()) return { reason: "paused", until };
  // 410 means that the endpoint accepts no more calls; it is unknown whether that concerns only this conversation.
  const asked = reason === "gone" ? GONE_PAUSE_MS : retryAfterMs;
  return { reason: "failed", ...(asked !== undefined && { retryAfterMs: asked }) };
}
