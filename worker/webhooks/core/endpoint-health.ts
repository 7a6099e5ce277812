/**
 * The health of the webhooks of one mini program, as stored by the account object. An endpoint is paused only when the
 * events of several conversations have failed, so one that fails on a single user's events still receives the others.
 * Pure; a healthy endpoint has no entry.
 */
import type { Webhook } from "../../../shared/api/settings/settings.ts";
import { isFresh } from "../../../shared/base/clock-setback.ts";
import { ownValue } from "../../../shared/base/own-value.ts";
import { GIVE_UP_MS } from "../../conversation/core/consumer-cursor.ts";

/** A conversation with an event that was not accepted. Times in epoch ms. */
export interface ConversationTrouble {
  /** When the first failure for this conversation was. */
  readonly since: number;
  /** When the newest counted failure for this conversation was. */
  readonly at: number;
  /** Delivery of the event was abandoned (`GIVE_UP_MS`): the conversation counts as failed and no longer waits. */
  readonly isOver?: true;
}

/** The failures of one endpoint. Times in epoch ms. */
export interface WebhookHealth {
  /**
   * Consecutive failures, or consecutive refusals, over all conversations, counted up to `PAUSE_AFTER`; 0 after an
   * accepted event and after a change of the endpoint in the settings.
   */
  readonly failures: number;
  /** When the first of these failures was; 0: there is none. */
  readonly since: number;
  /** When the newest failure was; with a precision of a minute after `PAUSE_AFTER` are counted. */
  readonly lastAt: number;
  readonly lastReason: string;
  /** The HTTP status, when there was one. */
  readonly lastStatus?: number;
  /** No call is made before this time; in the past or 0: the endpoint is not paused. */
  readonly pausedUntil: number;
  /**
   * Conversations with a failed event, by their object's id, at most 20. Those without `isOver` wait for the endpoint.
   */
  readonly conversations: Tracked;
}

type Tracked = Readonly<Record<string, ConversationTrouble>>;

/** Health by webhook id; only webhooks with failures. */
export type WebhookHealths = Readonly<Record<string, WebhookHealth>>;

/** A conversation's report of its calls. */
export type WebhookReport =
  | {
      readonly ok: true;
      /** The id of the conversation's object; for account events that of the account object. */
      readonly conversation: string;
      /** No event was accepted, but none waits any more: the endpoint no longer subscribes to the event that waited. */
      readonly isIdle?: true;
    }
  | {
      readonly ok: false;
      /** The reason of the call's failure. `refused`: the endpoint answered that it will never accept this event. */
      readonly reason: string;
      readonly status?: number;
      /** The number of consecutive events with this result; absent: one. */
      readonly count?: number;
      /** As above. */
      readonly conversation: string;
    };

const MINUTE_MS = 60_000;
/**
 * Number of failures after which an endpoint is paused, if they were spread over at least `PAUSE_SPAN_MS`: for a
 * quarter of the time for which it has failed, at least `PAUSE_MS`.
 */
export const PAUSE_AFTER = 10;
export const PAUSE_SPAN_MS = 5 * MINUTE_MS;
export const PAUSE_MS = 15 * MINUTE_MS;
/**
 * The minimum number of different conversations that must have failed for a pause; with fewer, each conversation waits
 * separately.
 */
export const PAUSE_CONVERSATIONS = 3;
/**
 * The maximum length of a pause, milliseconds. Each conversation with events to deliver wakes once per pause, which
 * is billed.
 */
export const MAX_PAUSE_MS = 6 * 60 * MINUTE_MS;
/** The length of a pause as a fraction of the time for which an endpoint has failed. */
const PAUSE_PART = 1 / 4;
/**
 * How long a conversation waits after a 410, milliseconds; also the pause of the endpoint after a 410 when
 * `PAUSE_CONVERSATIONS` have failed.
 */
export const GONE_PAUSE_MS = 60 * MINUTE_MS;
/**
 * After `PAUSE_AFTER` failures are counted, a newer failure of a listed conversation is written at most once in this
 * interval, milliseconds.
 */
const WRITE_EVERY_MS = MINUTE_MS;
/** The maximum number of conversations listed per endpoint. */
const MAX_TRACKED = 20;
/**
 * How long a failed conversation stays on an endpoint's list without a new failure, milliseconds. By then the
 * conversation has abandoned the event.
 */
const TRACKED_MS = GIVE_UP_MS + 24 * 60 * MINUTE_MS;

/**
 * Applies a report.
 *
 * @returns the new health, undefined for a healthy endpoint; the same object when nothing changes
 */
export function recordReport(
  known: WebhookHealth | undefined,
  report: WebhookReport,
  now: number,
): WebhookHealth | undefined {
  if (report.ok) {
    const { conversation, isIdle } = report;
    if (known === undefined || isIdle !== true) return known && recordSuccess(known, conversation, now);
    return withoutConversation(known, conversation);
  }
  if (known !== undefined && known.pausedUntil > now) return known;
  const { conversation, reason, status, count = 1 } = report;
  // An endpoint that refuses an event is reachable, so refusals and failures are counted separately, and refusals
  // never pause it.
  const isRefused = reason === "refused";
  const isSameKind = known !== undefined && (known.lastReason === "refused") === isRefused;
  const run = isSameKind && known.failures > 0 ? known : undefined;
  const { since, pausedUntil: pausedBefore } = run ?? { since: now, pausedUntil: 0 };
  const failures = Math.min((run?.failures ?? 0) + count, PAUSE_AFTER);
  const isShared = (tracked: Tracked) =>
    Object.values(tracked).filter(({ at }) => at >= Math.max(since, pausedBefore)).length >= PAUSE_CONVERSATIONS;
  const before = trackedOf(known, now);
  const conversations = isRefused ? without(before, conversation) : track(before, conversation, now);
  const isDead = failures === PAUSE_AFTER && now - since >= PAUSE_SPAN_MS;
  const mustPause = !isRefused && isShared(conversations) && (isDead || reason === "gone");
  // Many conversations may report within the span, so after the limit is reached, changes are written at most once a
  // minute.
  const isCounted = run?.failures === PAUSE_AFTER && (isRefused || isShared(before));
  const isNews = Object.keys(conversations).length !== Object.keys(before).length;
  if (isCounted && !mustPause && !isNews && isFresh(run.lastAt, now, WRITE_EVERY_MS)) return known;
  const pausedUntil = mustPause ? now + (reason === "gone" ? GONE_PAUSE_MS : pauseMs(now - since)) : pausedBefore;
  const last = { lastAt: now, lastReason: reason, ...(status !== undefined && { lastStatus: status }) };
  return { failures, since, ...last, pausedUntil, conversations };
}

/** Returns since when each waiting conversation has waited for an endpoint, epoch ms, longest first; at most 20. */
export function waitingSince(health: WebhookHealth, now: number): readonly number[] {
  const waiting = Object.values(waitingOf(trackedOf(health, now)));
  return waiting.map(({ since }) => since).toSorted((a, b) => a - b);
}

/**
 * Marks a conversation as no longer waiting for the endpoint: delivery of its event was abandoned (`GIVE_UP_MS`).
 *
 * @returns the same object when the conversation is not listed
 */
export function recordGivenUp(health: WebhookHealth, conversation: string): WebhookHealth {
  const known = ownValue(health.conversations, conversation);
  if (known === undefined) return health;
  return { ...health, conversations: { ...health.conversations, [conversation]: { ...known, isOver: true } } };
}

/**
 * Removes a conversation: its user was erased, or none of its events waits any more.
 *
 * @returns undefined for a healthy endpoint; the same object when nothing changes
 */
export function withoutConversation(health: WebhookHealth, conversation: string): WebhookHealth | undefined {
  const known = health.conversations;
  if (ownValue(known, conversation) === undefined) return health;
  const conversations = without(known, conversation);
  return health.failures === 0 && Object.keys(conversations).length === 0 ? undefined : { ...health, conversations };
}

/** Replaces the health of one webhook; undefined removes it. */
export function withHealth(healths: WebhookHealths, id: string, health: WebhookHealth | undefined): WebhookHealths {
  const { [id]: _old, ...others } = healths;
  return health === undefined ? others : { ...others, [id]: health };
}

/**
 * Applies new settings: the entry of a removed endpoint is deleted. For an endpoint with any other change, counts and
 * pause are reset; its waiting conversations stay listed, and without any its entry is deleted.
 *
 * @returns the same entries for endpoints that did not change
 */
export function keepHealths(
  healths: WebhookHealths,
  before: readonly Webhook[],
  after: readonly Webhook[],
): WebhookHealths {
  const find = (webhooks: readonly Webhook[], id: string) => JSON.stringify(webhooks.find((known) => known.id === id));
  const kept = Object.entries(healths).flatMap(([id, health]): [string, WebhookHealth][] => {
    const webhook = find(after, id);
    if (webhook === undefined) return [];
    if (webhook === find(before, id)) return [[id, health]];
    const conversations = waitingOf(health.conversations);
    if (Object.keys(conversations).length === 0) return [];
    return [[id, { ...health, failures: 0, since: 0, pausedUntil: 0, conversations }]];
  });
  return Object.fromEntries(kept);
}

/**
 * Records an accepted event: the endpoint works, even if other conversations still wait for it. Returns undefined when
 * none waits.
 */
function recordSuccess(known: WebhookHealth, conversation: string, now: number): WebhookHealth | undefined {
  const conversations = waitingOf(without(trackedOf(known, now), conversation));
  const left = Object.keys(conversations).length;
  if (left === 0) return undefined;
  if (known.failures === 0 && left === Object.keys(known.conversations).length) return known;
  return { ...known, failures: 0, since: 0, pausedUntil: 0, conversations };
}

function waitingOf(tracked: Tracked): Tracked {
  return Object.fromEntries(Object.entries(tracked).filter(([, { isOver }]) => isOver !== true));
}

function trackedOf(health: WebhookHealth | undefined, now: number): Tracked {
  const entries = Object.entries(health?.conversations ?? {});
  return Object.fromEntries(entries.filter(([, { at }]) => now - at < TRACKED_MS));
}

/** Adds a conversation to the list; beyond the limit, the conversation whose failure is oldest is removed. */
function track(tracked: Tracked, conversation: string, now: number): Tracked {
  const known = ownValue(tracked, conversation);
  const since = known === undefined || known.isOver === true ? now : known.since;
  const others = Object.entries(without(tracked, conversation)).toSorted(([, a], [, b]) => a.at - b.at);
  return Object.fromEntries([...others.slice(1 - MAX_TRACKED), [conversation, { since, at: now }]]);
}

function without(tracked: Tracked, conversation: string): Tracked {
  return Object.fromEntries(Object.entries(tracked).filter(([id]) => id !== conversation));
}

function pauseMs(deadMs: number): number {
  return Math.min(Math.max(Math.round(deadMs * PAUSE_PART), PAUSE_MS), MAX_PAUSE_MS);
}
