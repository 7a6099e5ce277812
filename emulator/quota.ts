/**
 * The reply quota of one user, by the platform's table (WECHAT.md §4.4), implemented independently of the worker: a
 * message grants 5 sends for 48 hours, entering the chat grants 2 for one minute; the two grants are not summed.
 */
import type { QuotaView } from "./model.ts";
import type { GrantView } from "./phone-model.ts";

/** One grant, caused by one action of the user. */
interface Grant {
  /** When the user acted, epoch milliseconds. */
  readonly at: number;
  readonly used: number;
}

/** A user's grants. */
export interface Quota {
  readonly message: Grant | null;
  readonly enter: Grant | null;
}

/** Why a message may not be sent: 45015 no grant is open, 45047 all grants are used up. */
export type QuotaRefusal = 45015 | 45047;

/** The quota of a user who has not acted yet. */
export const NO_QUOTA: Quota = { message: null, enter: null };

const RULES = {
  message: { count: 5, ms: 48 * 3_600_000 },
  enter: { count: 2, ms: 60_000 },
} as const;

/** Returns the quota after a message of the user. A message that is older than the newest one changes nothing. */
export function withMessage(quota: Quota, at: number): Quota {
  if (quota.message !== null && quota.message.at > at) return quota;
  return { ...quota, message: { at, used: 0 } };
}

/**
 * Returns the quota after the user entered the chat. An entry that is older than the newest one gives no new grant.
 *
 * @param refills whether entering also resets an open message grant to 5 sends (unconfirmed)
 */
export function withEnter(quota: Quota, at: number, refills: boolean): Quota {
  const enter = quota.enter !== null && quota.enter.at > at ? quota.enter : { at, used: 0 };
  const refilled = refills && quota.message !== null && isLive("message", quota.message, at);
  return { message: refilled ? { ...quota.message, used: 0 } : quota.message, enter };
}

/** Returns the quota after one sent message, which counts against every open grant, or why it may not be sent. */
export function spend(quota: Quota, now: number): Quota | QuotaRefusal {
  const refusal = refusalOf(quota, now);
  if (refusal !== null) return refusal;
  return { message: counted("message", quota.message, now), enter: counted("enter", quota.enter, now) };
}

/** Returns why a message may not be sent now; null when it may. */
export function refusalOf(quota: Quota, now: number): QuotaRefusal | null {
  const live = liveGrants(quota, now);
  if (live.length === 0) return 45015;
  return live.some(({ left }) => left > 0) ? null : 45047;
}

/** Returns the quota after the clock was set back to `now`: actions with a later time count as having happened now. */
export function quotaSetBack({ message, enter }: Quota, now: number): Quota {
  return { message: grantSetBack(message, now), enter: grantSetBack(enter, now) };
}

/**
 * Returns the number of sends left and when it expires: of two grants the one with more sends left; with equal numbers,
 * the one that expires later.
 */
export function viewQuota(quota: Quota, now: number): QuotaView {
  const open = liveGrants(quota, now).filter(({ left }) => left > 0);
  const [best] = open.toSorted((one, other) => other.left - one.left || other.endsAt - one.endsAt);
  return best === undefined ? { remaining: 0, expiresAt: null } : { remaining: best.left, expiresAt: best.endsAt };
}

/** Returns the open grants, including those that are used up. */
export function liveGrants(quota: Quota, now: number): GrantView[] {
  return (["message", "enter"] as const).flatMap((kind) => {
    const grant = quota[kind];
    if (grant === null || !isLive(kind, grant, now)) return [];
    const { count, ms } = RULES[kind];
    return [{ kind, left: count - grant.used, count, endsAt: grant.at + ms }];
  });
}

function counted(kind: keyof typeof RULES, grant: Grant | null, now: number): Grant | null {
  if (grant === null || !isLive(kind, grant, now)) return grant;
  return { ...grant, used: Math.min(grant.used + 1, RULES[kind].count) };
}

function grantSetBack(grant: Grant | null, now: number): Grant | null {
  return grant === null ? null : { ...grant, at: Math.min(grant.at, now) };
}

function isLive(kind: keyof typeof RULES, grant: Grant, now: number): boolean {
  return now < grant.at + RULES[kind].ms;
}
