/**
 * The reply window: how many messages may still be sent to a user, and until when (WECHAT.md §4.4,
 * docs/design/0003-reply-window.md).
 *
 * Grants have names and are not summed; a mini program has `message` (5 sends in 48 h) and `enter` (2 sends in 60 s).
 * Every use is one reserved message; it counts against each open grant unless its outcome was recorded before that
 * grant began. Pure: `now` is an argument, no function changes its input.
 */
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";

/** A permission to send that one action of the user opened. */
export interface Grant {
  /** The name: one of the channel's `rules.grants`. */
  readonly name: string;
  /** When the user acted, epoch ms: min(CreateTime, arrival). */
  readonly at: number;
  /** When the grant ends, epoch ms. */
  readonly until: number;
  /** When the action's push arrived here, epoch ms. */
  readonly receivedAt: number;
  /** WeChat reported that the grant is used up or has ended. */
  readonly spent?: true;
}

/** One use of the quota: a message for which a send is reserved, or that was sent. */
export interface QuotaUse {
  /** The seq of the outbound row. */
  readonly seq: number;
  /** 0 for the first send, 1 for the resend after an unconfirmed one. */
  readonly resend: number;
  /** When the outcome was recorded, epoch ms; null before that. */
  readonly settledAt: number | null;
}

/** The data of the reply window. */
export interface WindowState {
  /** The grants, at most one of each name. */
  readonly grants: readonly Grant[];
  readonly uses: readonly QuotaUse[];
  /** WeChat refused a send as too late although, by our record, the 48 hours had not ended. */
  readonly doubtful: boolean;
}

/** The reply window as the API returns it. */
export interface WindowStatus {
  /** `unknown`: the conversation is handed over. */
  readonly status: "open" | "closed" | "unknown";
  /** The grant in use; null when none is open or it is unknown. */
  readonly grant: string | null;
  readonly remaining: number;
  /** Epoch ms; null when closed or unknown. */
  readonly expiresAt: number | null;
  readonly doubtful: boolean;
}

/** Why nothing may be sent. */
export type WindowRefusal = "window_closed" | "quota_used";

/** What WeChat reports about a window: the sends are used up, or no grant is open. */
export type WindowCorrection = "used" | "closed";

/** The window before any action of the user. */
export const CLOSED_WINDOW: WindowState = { grants: [], uses: [], doubtful: false };

/**
 * The maximum assumed difference between our clock and WeChat's, milliseconds; a send within this time before a grant
 * counts against it.
 */
export const CLOCK_SKEW_MS = 5_000;

/**
 * How long before the end of a grant the last request may start, milliseconds; later the message is held or blocked.
 */
export const GRANT_MARGIN_MS = 2_000;

/**
 * Opens the grant of a user's action; a message also ends `doubtful`. An action for which the channel has no grant, or
 * older than the known one, changes nothing: the newest by `at` is used, not the last to arrive.
 */
export function openGrant(
  state: WindowState,
  rules: ChannelRules,
  action: { readonly name: string; readonly at: number; readonly receivedAt: number },
): WindowState {
  const known = state.grants.find((grant) => grant.name === action.name);
  const doubtful = action.name === "message" ? false : state.doubtful;
  const rule = rules.grants[action.name];
  if (rule === undefined || (known !== undefined && known.at > action.at)) return state;
  const opened: Grant = { ...action, until: action.at + rule.durationMs };
  // Ended grants are removed; if they were kept, every use since then would be kept too.
  const others = state.grants.filter((grant) => grant.name !== action.name && grant.until > action.receivedAt);
  const grants = [...others, opened];
  return { grants, uses: pruneUses(state.uses, grants), doubtful };
}

/**
 * Returns the window under the assumption that our clock and WeChat's agree: nothing recorded before the user's message
 * counts against it. The grant of an earlier enter event is dropped, because it cannot allow more.
 */
export function trustClock(state: WindowState): WindowState {
  const since = state.grants.find(({ name }) => name === "message")?.at ?? 0;
  return {
    ...state,
    grants: state.grants.filter(({ at }) => at >= since),
    uses: state.uses.filter(({ settledAt }) => settledAt === null || settledAt >= since),
  };
}

/** Returns the status of the window at `now`, with the open grant that allows the most messages. */
export function windowStatus(state: WindowState, rules: ChannelRules, now: number): WindowStatus {
  const { doubtful } = state;
  const best = openGrants(state, now)
    .map((grant) => ({ grant, remaining: Math.max(0, remainingOf(state, rules, grant)) }))
    .toSorted((a, b) => b.remaining - a.remaining || b.grant.until - a.grant.until)[0];
  if (best === undefined) return { status: "closed", grant: null, remaining: 0, expiresAt: null, doubtful };
  const { grant } = best;
  return { status: "open", grant: grant.name, remaining: best.remaining, expiresAt: grant.until, doubtful };
}

/** Returns when the last open grant ends, epoch ms; undefined when none is open. */
export function windowEnd(state: WindowState, now: number): number | undefined {
  const ends = liveGrants(state, now).map(({ until }) => until);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/**
 * Returns when the last grant ends or has ended, epoch ms; null: none was opened, or the platform reported that they
 * have ended.
 */
export function lastGrantEnd({ grants }: WindowState): number | null {
  const ends = grants.filter(({ spent }) => spent !== true).map(({ until }) => until);
  return ends.length === 0 ? null : Math.max(...ends);
}

/**
 * Returns why `count` messages may not be sent now; undefined when they may.
 *
 * @param kept sends of the grant `message` that are kept for other senders
 */
export function findWindowRefusal(
  state: WindowState,
  rules: ChannelRules,
  count: number,
  now: number,
  kept = 0,
): WindowRefusal | undefined {
  if (openGrants(state, now).length === 0) return "window_closed";
  const { grant, remaining } = windowStatus(state, rules, now);
  return remaining < count + (grant === "message" ? kept : 0) ? "quota_used" : undefined;
}

/** Reserves uses for messages that are now under way. Call `findWindowRefusal` first. */
export function reserve(state: WindowState, seqs: readonly number[], resend: number): WindowState {
  return { ...state, uses: [...state.uses, ...seqs.map((seq) => ({ seq, resend, settledAt: null }))] };
}

/** Records the outcome of a use that counts: WeChat accepted the message, or the outcome is unknown. */
export function settleUse(state: WindowState, seq: number, resend: number, settledAt: number): WindowState {
  return {
    ...state,
    uses: state.uses.map((use) => (use.seq === seq && use.resend === resend ? { ...use, settledAt } : use)),
  };
}

/** Releases a use whose message certainly did not reach the user. */
export function releaseUse(state: WindowState, seq: number, resend: number): WindowState {
  return { ...state, uses: state.uses.filter((use) => use.seq !== seq || use.resend !== resend) };
}

/**
 * Corrects the window after WeChat refused an attempt because the sends are used up or the time is over: our record
 * from before that attempt was wrong; a grant that was opened later may still be valid.
 */
export function correctWindow(
  state: WindowState,
  correction: WindowCorrection,
  startedAt: number,
  now: number,
): WindowState {
  const running = liveGrants(state, now).some((grant) => grant.name === "message");
  return {
    ...state,
    grants: state.grants.map((grant) => (grant.receivedAt <= startedAt ? { ...grant, spent: true } : grant)),
    doubtful: state.doubtful || (correction === "closed" && running),
  };
}

/**
 * Returns until when an attempt for an already counted use may run, epoch ms; undefined when no grant covers it any
 * more.
 */
export function coveredUntil(state: WindowState, rules: ChannelRules, now: number): number | undefined {
  const ends = openGrants(state, now)
    .filter((grant) => remainingOf(state, rules, grant) >= 0)
    .map((grant) => grant.until - GRANT_MARGIN_MS);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Returns the grants under which a request may still start. */
function openGrants(state: WindowState, now: number): readonly Grant[] {
  return liveGrants(state, now + GRANT_MARGIN_MS);
}

function liveGrants(state: WindowState, now: number): readonly Grant[] {
  return state.grants.filter((grant) => grant.spent === undefined && now < grant.until);
}

function remainingOf(state: WindowState, rules: ChannelRules, grant: Grant): number {
  const count = rules.grants[grant.name]?.count ?? 0;
  return count - state.uses.filter((use) => countsAgainst(use, grant)).length;
}

function countsAgainst(use: QuotaUse, grant: Grant): boolean {
  return use.settledAt === null || use.settledAt >= grant.at - CLOCK_SKEW_MS;
}

/** Removes uses that no longer count against any grant, so that the state stays small. */
function pruneUses(uses: readonly QuotaUse[], grants: readonly Grant[]): readonly QuotaUse[] {
  return uses.filter((use) => grants.some((grant) => countsAgainst(use, grant)));
}
