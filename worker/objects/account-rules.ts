/**
 * The pure decisions of the account object: how long trouble pauses the app, when a token refresh may be forced,
 * when the alarm is due next. Time and randomness are arguments. Decided in
 * docs/design/0005-facts-and-decisions.md (pauses) and docs/design/0010-one-token-owner.md (token).
 */
import { nextBeijingMidnight, beijingDay } from "../../shared/base/beijing-day.ts";
import { isFresh } from "../../shared/base/clock-setback.ts";
import { describeErrcode } from "../../shared/errcode.ts";
import { nextCursorDue, type WebhookCursors } from "../conversation/core/consumer-cursor.ts";
import { ERASURE_MS } from "../conversation/core/erasure.ts";
import { QUOTA_USED } from "../conversation/core/outbox/retry.ts";
import type { ForwardHealth } from "../forwarding/core/server-health.ts";
import type { WebhookHealths } from "../webhooks/core/endpoint-health.ts";
import { NO_MILESTONES, type Milestones } from "./account-milestones.ts";
import type { Refusals } from "./account-pause.ts";
import type { StaleSeries } from "./account-stale.ts";
import type { Trouble } from "./account-trouble.ts";

/** What the object remembers about its token and its troubles. Times in epoch ms, 0 = never. */
export interface AccountState {
  readonly token: string | null;
  readonly expiresAt: number;
  /** When to fetch the next token in the background; null while nobody needs one. */
  readonly refreshAt: number | null;
  /** The last token WeChat refused: never handed out again. */
  readonly rejected: string | null;
  /** The message that was refused with it; empty when that is not known. */
  readonly rejectedBy: string;
  /** When that was reported. */
  readonly rejectedAt: number;
  readonly pausedUntil: number;
  readonly pauseErrcode: number;
  /** Grows with each change of the pause: readers keep the newest they heard of. */
  readonly pauseVersion: number;
  /** When to wake or forget conversations that wait for the app; null while none does. */
  readonly releaseAt: number | null;
  /** Which messages were refused by errcodes that pause. */
  readonly refusals: Refusals;
  /** The Beijing day of the last forced refresh, counted from 1970, and how many there were on it. */
  readonly forceDay: number;
  readonly forceCount: number;
  readonly forcedAt: number;
  /** The token endpoint refused: no call before this, unless the secret was changed. */
  readonly refusedUntil: number;
  readonly refusedErrcode: number;
  /** A short hash of the secret that was refused. */
  readonly refusedSecret: string;
  /** When to publish the settings again; null when KV has taken them. */
  readonly republishAt: number | null;
  /** When the alarm is set for; null when it is not. */
  readonly alarmAt: number | null;
  /** Endpoints in trouble. */
  readonly webhooks: WebhookHealths;
  /** How far each webhook has got the app-wide events; none while the settings list none for them. */
  readonly appWebhooks: WebhookCursors;
  /** The team's own push server in trouble; null when it is not. */
  readonly forward: ForwardHealth | null;
  readonly milestones: Milestones;
  /** Pushes refused for the age of their timestamp; null: none yet. */
  readonly stale: StaleSeries | null;
  /** Calls of the token endpoint that brought no token since the last one that did; null: none. */
  readonly tokenTrouble: Trouble | null;
  /** Sends that did not get through, with none between them that did, as far as isolates report them; null: none. */
  readonly sends: Trouble | null;
}

/** Nothing known yet. */
export const NEW_ACCOUNT: AccountState = {
  token: null,
  expiresAt: 0,
  refreshAt: null,
  rejected: null,
  rejectedBy: "",
  rejectedAt: 0,
  pausedUntil: 0,
  pauseErrcode: 0,
  pauseVersion: 0,
  releaseAt: null,
  refusals: {},
  forceDay: 0,
  forceCount: 0,
  forcedAt: 0,
  refusedUntil: 0,
  refusedErrcode: 0,
  refusedSecret: "",
  republishAt: null,
  alarmAt: null,
  webhooks: {},
  appWebhooks: {},
  forward: null,
  milestones: NO_MILESTONES,
  stale: null,
  tokenTrouble: null,
  sends: null,
};

/** Whether a refresh may be forced, and if not, from when on (epoch ms). */
export type ForceAllowance =
  | { readonly allowed: true; readonly forceDay: number; readonly forceCount: number }
  | { readonly allowed: false; readonly until: number };

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** WECHAT.md §6.1: forced refreshes. */
const FORCE_GAP_MS = 30 * SECOND_MS;
const FORCES_A_DAY = 20;
/** 45009: an operator may clear the quota at any time (WECHAT.md §6.3), so a look every hour. */
const QUOTA_PROBE_MS = HOUR_MS;
const STOP_PAUSE_MS = 10 * MINUTE_MS;
const PAUSE_SPREAD_MS = 30 * SECOND_MS;
/** No pause of the app, and no refusal of the token endpoint, lasts longer, milliseconds. */
export const LONGEST_PAUSE_MS = QUOTA_PROBE_MS + PAUSE_SPREAD_MS;
/** The background refresh happens so long before the end, in WeChat's last five minutes, when it renews. */
const REFRESH_BEFORE_MS = 4.5 * MINUTE_MS;
const REFRESH_SPREAD_MS = MINUTE_MS;

/**
 * Until when an errcode pauses the app, epoch ms. 45011 (per minute): the next minute. 45009 (daily quota): an hour,
 * or midnight in Beijing if that is sooner — the reset time is assumed (WECHAT.md §4.5), so the hourly look is what
 * ends it; at most 24 looks a day. Everything else (banned, limited, frozen, …): ten minutes.
 *
 * @param random a number in [0, 1): spreads the wake-ups
 */
export function pauseUntil(errcode: number, now: number, random: number): number {
  if (describeErrcode(errcode).reaction === "retry_next_minute") {
    return (Math.floor(now / MINUTE_MS) + 1) * MINUTE_MS + Math.floor(random * 5 * SECOND_MS);
  }
  const spread = Math.floor(random * PAUSE_SPREAD_MS);
  if (errcode !== QUOTA_USED) return now + STOP_PAUSE_MS + spread;
  return Math.min(now + QUOTA_PROBE_MS, nextBeijingMidnight(now)) + spread;
}

/** Whether WeChat lets us force a refresh: 30 s after the last one, 20 on a Beijing day. */
export function allowForce(
  state: Pick<AccountState, "forceDay" | "forceCount" | "forcedAt">,
  now: number,
): ForceAllowance {
  if (isFresh(state.forcedAt, now, FORCE_GAP_MS)) return { allowed: false, until: state.forcedAt + FORCE_GAP_MS };
  const forceDay = beijingDay(now);
  const used = state.forceDay === forceDay ? state.forceCount : 0;
  if (used >= FORCES_A_DAY) return { allowed: false, until: nextBeijingMidnight(now) };
  return { allowed: true, forceDay, forceCount: used + 1 };
}

/**
 * When to refresh in the background a token that somebody still uses.
 *
 * @param random a number in [0, 1)
 */
export function refreshTime(expiresAt: number, now: number, random: number): number {
  return Math.max(now, expiresAt - REFRESH_BEFORE_MS + Math.floor(random * REFRESH_SPREAD_MS));
}

/** How long the things the object keeps are kept, milliseconds. */
export interface Retention {
  readonly eventsMs: number;
  readonly quarantineMs: number;
}

/** The oldest of what is kept; null when there is none. */
export interface Oldest {
  readonly event: number | null;
  readonly quarantined: number | null;
  /** The record of events webhooks did not get. */
  readonly skipped: number | null;
  /** The erasure that is remembered longest; absent: none is. */
  readonly erased?: number | null;
  /** Not the oldest: the seq of the newest event that can be delivered to webhooks; 0 for none. */
  readonly deliverable: number;
}

/**
 * When the alarm is due next: the background refresh, settings to publish, conversations to wake, the next thing to
 * forget. Undefined: never.
 */
export function nextDue(
  {
    refreshAt,
    republishAt,
    releaseAt = null,
    appWebhooks = {},
  }: Pick<AccountState, "refreshAt" | "republishAt"> & Partial<AccountState>,
  oldest: Oldest,
  retention: Retention,
): number | undefined {
  const due = [
    refreshAt,
    republishAt,
    releaseAt,
    oldest.event === null ? null : oldest.event + retention.eventsMs,
    oldest.quarantined === null ? null : oldest.quarantined + retention.quarantineMs,
    oldest.skipped === null ? null : oldest.skipped + retention.eventsMs,
    typeof oldest.erased === "number" ? oldest.erased + ERASURE_MS : null,
    nextCursorDue(appWebhooks, oldest.deliverable) ?? null,
  ].filter((time) => time !== null);
  return due.length === 0 ? undefined : Math.min(...due);
}
