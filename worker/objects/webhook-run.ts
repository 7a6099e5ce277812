/**
 * Tells the webhooks what a conversation's log has for them: every endpoint by itself, one event after another in the
 * log's order, until all is told, one fails, or the time is up. It decides nothing about the conversation; what it
 * came to is folded into the state by the object.
 */
import { ownValue } from "../../shared/own.ts";
import { GIVE_UP_MS, isHopeless, type WebhookCursor, type WebhookProgress } from "../domain/webhook-cursor.ts";
import { toWebhookEvent, typesOf, type WebhookEventType, type WebhookSource } from "../domain/webhook-event.ts";
import type { RowDraft } from "../domain/log.ts";
import type { Webhook } from "../domain/settings.ts";
import { log } from "../log.ts";
import { callWebhook, type WebhookDeps, type WebhookFailure } from "../webhooks/call.ts";
import { readHealths, reportHealth, type HealthDeps } from "./webhook-health.ts";

/** An endpoint with something due. */
export interface DueWebhook {
  readonly webhook: Webhook;
  readonly cursor: WebhookCursor;
}

/** What a run needs. */
export interface WebhookRun {
  readonly source: WebhookSource;
  readonly due: readonly DueWebhook[];
  /** The newest row. */
  readonly last: number;
  /** Rows after a cursor, oldest first. */
  readonly rows: (after: number, limit: number) => readonly RowDraft[];
  /** The `out` row at a seq, while it is there. */
  readonly outgoing: (seq: number) => RowDraft | undefined;
  readonly deps: WebhookDeps;
  readonly health: HealthDeps;
  /** Whether another call may start. */
  readonly mayGoOn: () => boolean;
  /** Fields of the log lines: for whom (`logUser`). */
  readonly fields: Readonly<Record<string, string>>;
}

/** An endpoint has so long to take an event, milliseconds. */
export const DELIVERY_TIMEOUT_MS = 5_000;
/** Rows read at a stretch. */
const MAX_ROWS = 100;

/** Runs; resolves with what each endpoint came to. */
export async function runWebhooks(run: WebhookRun): Promise<ReadonlyMap<string, WebhookProgress>> {
  const healths = await readHealths(run.health);
  const entries = run.due.map(async (due): Promise<readonly [string, WebhookProgress]> => {
    const { id } = due.webhook;
    const health = ownValue(healths, id);
    const until = health?.pausedUntil ?? 0;
    if (until > run.deps.now()) return [id, passOver(run, due, until)];
    const wasInTrouble = due.cursor.tries > 0 || health !== undefined;
    return [id, await tell(run, due, wasInTrouble)];
  });
  return new Map(await Promise.all(entries));
}

/** One endpoint, in order. */
async function tell(run: WebhookRun, due: DueWebhook, wasInTrouble: boolean): Promise<WebhookProgress> {
  const { webhook, cursor } = due;
  const from = cursor.after;
  const rows = run.rows(from, MAX_ROWS);
  let to = from;
  let mustReport = wasInTrouble;
  for (const row of rows) {
    for (const type of wantedTypes(webhook, row)) {
      if (!run.mayGoOn()) return { from, to };
      const failure = await deliver(run, webhook, row, type);
      if (failure === undefined || failure.reason === "refused") {
        // What was refused for good is passed over: the endpoint is alive, and the next event may be to its taste.
        if (mustReport) await reportHealth(run.health, webhook.id, { ok: true });
        mustReport = false;
        continue;
      }
      const stopped = await reportFailure(run, webhook, failure);
      if (stopped.reason === "paused" && to === from) return passOver(run, due, stopped.until);
      const isGivenUp = to === from && isHopeless(cursor, run.deps.now());
      if (!isGivenUp) return { from, to, stopped };
      log("webhook_given_up", { ...run.fields, webhook: webhook.id, type, reason: failure.reason });
    }
    to = row.seq;
  }
  return { from, to: rows.length < MAX_ROWS ? Math.max(to, run.last) : to };
}

/**
 * Nobody is called in a pause. An endpoint that has been dead for as long as an event waits has lost what is as old:
 * conversations would look again and again, and pay for each look, until their rows are deleted.
 */
function passOver(run: WebhookRun, { webhook, cursor }: DueWebhook, until: number): WebhookProgress {
  const now = run.deps.now();
  const { after: from, since } = cursor;
  if (!isHopeless(cursor, now)) return { from, to: from, stopped: { reason: "paused", until } };
  // A seq is the time it was written (0001).
  const rows = run.rows(from, MAX_ROWS).filter(({ seq }) => seq <= now - GIVE_UP_MS);
  for (const type of rows.flatMap((row) => wantedTypes(webhook, row))) {
    log("webhook_given_up", { ...run.fields, webhook: webhook.id, type, reason: "paused" });
  }
  return { from, to: rows.at(-1)?.seq ?? from, stopped: { reason: "paused", until, since } };
}

function wantedTypes(webhook: Webhook, row: RowDraft): readonly WebhookEventType[] {
  return typesOf(row).filter((type) => webhook.events.includes(type));
}

async function deliver(
  run: WebhookRun,
  webhook: Webhook,
  row: RowDraft,
  type: WebhookEventType,
): Promise<WebhookFailure | undefined> {
  const started = run.deps.now();
  const message = row.ref === null ? undefined : run.outgoing(row.ref);
  const { id, body } = toWebhookEvent(run.source, row, type, message);
  const call = { url: webhook.url, id, body, timeoutMs: DELIVERY_TIMEOUT_MS, maxAnswerBytes: 0 };
  const answer = await callWebhook(run.deps, call);
  const outcome = answer.ok ? "delivered" : answer.error.reason;
  const status = answer.ok ? undefined : answer.error.status;
  log("webhook", { ...run.fields, webhook: webhook.id, type, outcome, status, ms: run.deps.now() - started });
  return answer.ok ? undefined : answer.error;
}

async function reportFailure(
  run: WebhookRun,
  webhook: Webhook,
  failure: WebhookFailure,
): Promise<NonNullable<WebhookProgress["stopped"]>> {
  const { reason, status, retryAfterMs } = failure;
  const report = { ok: false as const, reason, ...(status !== undefined && { status }) };
  const healths = await reportHealth(run.health, webhook.id, report);
  const until = ownValue(healths, webhook.id)?.pausedUntil ?? 0;
  if (until > run.deps.now()) return { reason: "paused", until };
  return { reason: "failed", ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
