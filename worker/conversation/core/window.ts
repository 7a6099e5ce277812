/**
 * The reply window: how many messages we may still send to a user, and until when (WECHAT.md §4.4,
 * docs/design/0003-reply-window.md).
 *
 * Grants have names and are never added: of a mini program `message` (5 in 48 h) and `enter` (2 in 60 s). Every use is
 * one reserved message; it counts against each live grant unless its outcome was recorded before that grant began.
 * Pure: `now` is an argument, no function changes its input.
 */
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";

/** A permission to send that one action of the user opened. */
export interface Grant {
  /** One of the channel's `rules.grants`. */
  readonly name: string;
  /** When the user acted, epoch ms: min(CreateTime, arrival). */
  readonly at: number;
  /** When it ends, epoch ms. */
  readonly until: number;
  /** When it arrived here, epoch ms. */
  readonly receivedAt: number;
  /** WeChat reported that it is used up or over. */
  readonly spent?: true;
}

/** One reserved or sent message. */
export interface QuotaUse {
  /** The outbound row. */
  readonly seq: number;
  /** 0 for the first sending, 1 for the resend after an unconfirmed one. */
  readonly resend: number;
  /** When its outcome was recorded, epoch ms; null while it is under way. */
  readonly settledAt: number | null;
}

/** The data of the reply window. */
export interface WindowState {
  /** At most one of each name. */
  readonly grants: readonly Grant[];
  readonly uses: readonly QuotaUse[];
  /** WeChat refused as out of time although by our record the 48 hours are running. */
  readonly doubtful: boolean;
}

/** The reply window as the API returns it. */
export interface WindowStatus {
  /** `unknown`: handed over. */
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

/** What WeChat reports of a window: the count is used up, or no grant is open. */
export type WindowCorrection = "used" | "closed";

/** A window before any action of the user. */
export const CLOSED_WINDOW: WindowState = { grants: [], uses: [], doubtful: false };

/**
 * Largest assumed difference between our clock and WeChat's, milliseconds; a send at most this long before a grant counts
 * against it.
 */
export const CLOCK_SKEW_MS = 5_000;

/** How long before a grant ends the last request may start, milliseconds; later the message is held. */
export const GRANT_MARGIN_MS = 2_000;

/**
 * A user's action opens its grant. An action older than the one we know changes nothing: the newest by `at` counts,
 * not the last to arrive.
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
  // An ended grant no longer counts; if it were kept, every use since would be kept too.
  const others = state.grants.filter((grant) => grant.name !== action.name && grant.until > action.receivedAt);
  const grants = [...others, opened];
  return { grants, uses: pruneUses(state.uses, grants), doubtful };
}

/**
 * The window under the assumption that our clock and WeChat's agree: nothing recorded before the user's message counts
 * against it. The grant of an earlier entering is dropped, as it can allow no more.
 */
export function trustClock(state: WindowState): WindowState {
  const since = state.grants.find(({ name }) => name === "message")?.at ?? 0;
  return {
    ...state,
    grants: state.grants.filter(({ at }) => at >= since),
    uses: state.uses.filter(({ settledAt }) => settledAt === null || settledAt >= since),
  };
}

/** The messages that may be sent at `now`. */
export function windowStatus(state: WindowState, rules: ChannelRules, now: number): WindowStatus {
  const { doubtful } = state;
  const best = openGrants(state, now)
    .map((grant) => ({ grant, remaining: Math.max(0, remainingOf(state, rules, grant)) }))
    .toSorted((a, b) => b.remaining - a.remaining || b.grant.until - a.grant.until)[0];
  if (best === undefined) return { status: "closed", grant: null, remaining: 0, expiresAt: null, doubtful };
  const { grant } = best;
  return { status: "open", grant: grant.name, remaining: best.remaining, expiresAt: grant.until, doubtful };
}

/** Why `count` messages may not be sent now, or undefined when they may. */
export function findWindowRefusal(
  state: WindowState,
  rules: ChannelRules,
  count: number,
  now: number,
): WindowRefusal | undefined {
  if (openGrants(state, now).length === 0) return "window_closed";
  return windowStatus(state, rules, now).remaining < count ? "quota_used" : undefined;
}

/** Records uses that are now under way. Call `findWindowRefusal` first. */
export function reserve(state: WindowState, seqs: readonly number[], resend: number): WindowState {
  return { ...state, uses: [...state.uses, ...seqs.map((seq) => ({ seq, resend, settledAt: null }))] };
}

/** A use has an outcome that counts: WeChat accepted it, or the outcome is unknown. */
export function settleUse(state: WindowState, seq: number, resend: number, settledAt: number): WindowState {
  return {
    ...state,
    uses: state.uses.map((use) => (use.seq === seq && use.resend === resend ? { ...use, settledAt } : use)),
  };
}

/** A use certainly did not reach the user: its reserved send is released. */
export function releaseUse(state: WindowState, seq: number, resend: number): WindowState {
  return { ...state, uses: state.uses.filter((use) => use.seq !== seq || use.resend !== resend) };
}

/**
 * WeChat refused an attempt because the count is used up or the time is over: our record from before that attempt was
 * wrong; a grant that arrived since may still be good.
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
 * Until when an attempt for a use that is already counted may run, epoch ms, or undefined when no grant covers it
 * any more.
 */
export function coveredUntil(state: WindowState, rules: ChannelRules, now: number): number | undefined {
  const ends = openGrants(state, now)
    .filter((grant) => remainingOf(state, rules, grant) >= 0)
    .map((grant) => grant.until - GRANT_MARGIN_MS);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/** Grants under which a request may still start. */
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

/** Deletes uses that no grant counts any more, so that the state stays small. */
function pruneUses(uses: readonly QuotaUse[], grants: readonly Grant[]): readonly QuotaUse[] {
  return uses.filter((use) => grants.some((grant) => countsAgainst(use, grant)));
}
