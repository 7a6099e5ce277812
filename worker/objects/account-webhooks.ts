/**
 * The health of the webhooks of one mini program, as the account object keeps it: failures in a row over all
 * conversations, and pauses. Pure; what is healthy is not kept at all.
 */
import type { Webhook } from "../domain/settings.ts";

/** Trouble with one endpoint. Times in epoch ms. */
export interface WebhookHealth {
  /** Failures in a row, counted up to `PAUSE_AFTER`. */
  readonly failures: number;
  /** When the first of them was. */
  readonly since: number;
  /** The newest one. */
  readonly lastAt: number;
  readonly lastReason: string;
  /** The HTTP status, when there was one. */
  readonly lastStatus?: number;
  /** Nobody calls it before; 0: it is not paused. */
  readonly pausedUntil: number;
}

/** By the webhook's id; only those in trouble. */
export type WebhookHealths = Readonly<Record<string, WebhookHealth>>;

/** What a conversation tells of a call. */
export type WebhookReport =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly status?: number };

const MINUTE_MS = 60_000;
/** So many failures in a row, over at least so long, pause an endpoint for so long; the longer it is dead, the longer. */
export const PAUSE_AFTER = 10;
export const PAUSE_SPAN_MS = 5 * MINUTE_MS;
export const PAUSE_MS = 15 * MINUTE_MS;
/** At most, milliseconds: each conversation with something untold looks once a pause, and pays for it. */
export const MAX_PAUSE_MS = 6 * 60 * MINUTE_MS;
/** A pause is this part of the time an endpoint has been dead. */
const PAUSE_PART = 1 / 4;
/** After a 410 an endpoint is left alone at once, for so long. */
export const GONE_PAUSE_MS = 60 * MINUTE_MS;

/**
 * What follows from a report.
 *
 * @returns the new health, undefined for a healthy endpoint; the very object that was given when nothing is to be kept
 */
export function noteReport(
  known: WebhookHealth | undefined,
  report: WebhookReport,
  now: number,
): WebhookHealth | undefined {
  if (report.ok) return undefined;
  if (known !== undefined && known.pausedUntil > now) return known;
  const { reason, status } = report;
  const since = known?.since ?? now;
  const failures = Math.min((known?.failures ?? 0) + 1, PAUSE_AFTER);
  const isDead = failures === PAUSE_AFTER && now - since >= PAUSE_SPAN_MS;
  // A thousand conversations may report within the span: there is nothing more to count.
  if (known?.failures === PAUSE_AFTER && !isDead && reason !== "gone") return known;
  const pausedUntil = reason === "gone" ? now + GONE_PAUSE_MS : isDead ? now + pauseMs(now - since) : 0;
  const last = { lastAt: now, lastReason: reason, ...(status !== undefined && { lastStatus: status }) };
  return { failures, since, ...last, pausedUntil };
}

function pauseMs(deadMs: number): number {
  return Math.min(Math.max(Math.round(deadMs * PAUSE_PART), PAUSE_MS), MAX_PAUSE_MS);
}

/** Replaces one entry. */
export function withHealth(healths: WebhookHealths, id: string, health: WebhookHealth | undefined): WebhookHealths {
  const { [id]: _old, ...others } = healths;
  return health === undefined ? others : { ...others, [id]: health };
}

/** New settings: an endpoint that is gone or has another address begins anew. */
export function keepHealths(
  healths: WebhookHealths,
  before: readonly Webhook[],
  after: readonly Webhook[],
): WebhookHealths {
  const isSame = (id: string) => {
    const url = after.find((webhook) => webhook.id === id)?.url;
    return url !== undefined && url === before.find((webhook) => webhook.id === id)?.url;
  };
  return Object.fromEntries(Object.entries(healths).filter(([id]) => isSame(id)));
}
