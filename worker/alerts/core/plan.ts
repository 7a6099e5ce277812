/**
 * Decides when robots are called. A cause is announced when it begins and every `repeatMs` while it continues, but not
 * within `MIN_GAP_MS` of its last announcement; the end of all causes is announced once. Only the newest announcement
 * is sent, to each robot in at most `MAX_ATTEMPTS` attempts. The decision uses the current queue, not events, so a
 * restart of the desk loses nothing. Pure.
 */
import { isFresh, isImplausible } from "../../../shared/base/clock-setback.ts";
import { ownValue } from "../../../shared/base/own-value.ts";
import type { Alert, AlertCause, QueueView } from "./alert.ts";
import { ALERT_REASONS, type AlertFailure } from "./reasons.ts";

/** When alerts are due. */
export interface AlertTerms {
  /** How long a user may wait while agents are present before the team is alerted, milliseconds. */
  readonly waitMs: number;
  /** The time after which a continuing cause is announced again, milliseconds, at least `MIN_GAP_MS`; 0: never. */
  readonly repeatMs: number;
}

/** The last failure of a robot. */
export interface RobotFailure extends AlertFailure {
  /** When the first failure since the last success was, epoch ms. */
  readonly since: number;
  /** When the last failure was, epoch ms. */
  readonly at: number;
}

/** The state of one robot. */
export interface RobotState {
  /**
   * The number of the newest announcement that needs no further attempt: the robot accepted it, it was given up, or it
   * is an all-clear to a robot that was not alarmed.
   */
  readonly heard: number;
  /** Whether the last announcement that the robot accepted says that users wait. */
  readonly isAlarmed: boolean;
  /** The number of the announcement that was tried last. */
  readonly tried: number;
  /** How many attempts were made for that announcement. */
  readonly attempts: number;
  /** Until when the outcome of the latest attempt is awaited, epoch ms; 0: no attempt is running. */
  readonly busyUntil: number;
  /** When the next attempt is due, epoch ms. */
  readonly retryAt: number;
  readonly failure: RobotFailure | null;
}

/** The state stored between decisions, as JSON. */
export interface AlertState {
  /** When each cause was last announced, epoch ms. */
  readonly announcedAt: Readonly<Partial<Record<AlertCause, number>>>;
  /** The announced causes that still exist. */
  readonly open: readonly AlertCause[];
  /** The newest announcement; `number` 0: none yet. */
  readonly announcement: { readonly number: number; readonly type: "waiting" | "ended" };
  readonly robots: Readonly<Record<string, RobotState>>;
}

/** The state before the first decision. */
export const NO_ALERTS: AlertState = {
  announcedAt: {},
  open: [],
  announcement: { number: 0, type: "ended" },
  robots: {},
};

/** A message to send now, outside the transaction; its outcome is passed to `settleSend`. */
export interface AlertSend {
  readonly robot: string;
  readonly announcement: AlertState["announcement"];
  readonly attempt: number;
  readonly alert: Alert;
}

/** What `planAlerts` decided: the state to store, the messages to send, and when to decide again. */
export interface AlertPlan {
  /** The state to store; the same object as before when nothing changed. */
  readonly state: AlertState;
  readonly sends: readonly AlertSend[];
  /** When to decide again even if the queue has not changed, epoch ms, later than now; null: only when it changes. */
  readonly nextAt: number | null;
}

/** The minimum time between two announcements of one cause, milliseconds. */
export const MIN_GAP_MS = 300_000;
/**
 * How long the outcome of an attempt is awaited before the next attempt, milliseconds; longer than the timeout of its
 * request.
 */
export const ATTEMPT_MS = 30_000;
/**
 * The delays after the first, second and third failed attempt, milliseconds. The announcement is given up after the
 * fourth, or after a failure that another attempt cannot fix.
 */
export const RETRY_DELAYS_MS = [30_000, 120_000, 600_000] as const;
/** The maximum number of attempts for one announcement. */
export const MAX_ATTEMPTS = RETRY_DELAYS_MS.length + 1;
/** The longest Retry-After that is respected, milliseconds; a longer one counts as this. */
const MAX_RETRY_AFTER_MS = 3_600_000;

const CAUSES = ["no_agent", "long_wait"] as const satisfies readonly AlertCause[];
const NEW_ROBOT: RobotState = {
  heard: 0,
  isAlarmed: false,
  tried: 0,
  attempts: 0,
  busyUntil: 0,
  retryAt: 0,
  failure: null,
};

/**
 * Decides which messages are sent now. The returned state must be stored before the messages are sent.
 *
 * @param robots the names of the configured robots; the stored state of others is removed
 * @param now epoch ms
 */
export function planAlerts(
  state: AlertState,
  view: QueueView,
  terms: AlertTerms,
  robots: readonly string[],
  now: number,
): AlertPlan {
  const times: number[] = [];
  const announced = announce(state, view, terms, now, times);
  const alert = describe(announced, view, now);
  const sends: AlertSend[] = [];
  const entries = robots.map((robot): [string, RobotState] => {
    const known = ownValue(state.robots, robot) ?? NEW_ROBOT;
    return [robot, visit(robot, known, announced.announcement, alert, now, { sends, times })];
  });
  const next: AlertState = { ...announced, robots: Object.fromEntries(entries) };
  const due = times.filter((at) => at > now);
  return {
    state: JSON.stringify(next) === JSON.stringify(state) ? state : next,
    sends,
    nextAt: due.length === 0 ? null : Math.min(...due),
  };
}

/**
 * Returns the state after the outcome of a send. Afterwards `planAlerts` is called again at once.
 *
 * @param failure null when the robot accepted the message
 * @returns the same object when a later attempt has begun or the robot is no longer configured
 */
export function settleSend(
  state: AlertState,
  { robot, announcement, attempt }: AlertSend,
  failure: AlertFailure | null,
  now: number,
): AlertState {
  const known = ownValue(state.robots, robot);
  if (known === undefined || known.tried !== announcement.number || known.attempts !== attempt) return state;
  const settled = failure === null ? accept(known, announcement) : reject(known, announcement.number, failure, now);
  return { ...state, robots: { ...state.robots, [robot]: settled } };
}

/** Returns the state without the failure of a robot; the same object when the robot has none. */
export function withoutFailure(state: AlertState, robot: string): AlertState {
  const known = ownValue(state.robots, robot);
  if (known === undefined || known.failure === null) return state;
  return { ...state, robots: { ...state.robots, [robot]: { ...known, failure: null } } };
}

function announce(
  state: AlertState,
  view: QueueView,
  { waitMs, repeatMs }: AlertTerms,
  now: number,
  times: number[],
): AlertState {
  const holding = CAUSES.filter((cause) => {
    const since = sinceOf(cause, view, waitMs);
    if (since !== null && since > now) times.push(since);
    return since !== null && since <= now;
  });
  const lasting = holding.filter((cause) => state.open.includes(cause));
  const due = holding.filter((cause) => {
    const isOpen = lasting.includes(cause);
    if (isOpen && repeatMs === 0) return false;
    const last = state.announcedAt[cause];
    const gapMs = isOpen ? Math.max(MIN_GAP_MS, repeatMs) : MIN_GAP_MS;
    if (last === undefined || !isFresh(last, now, gapMs)) return true;
    times.push(last + gapMs);
    return false;
  });
  const { number, type } = state.announcement;
  if (due.length > 0) {
    if (repeatMs > 0) times.push(now + Math.max(MIN_GAP_MS, repeatMs));
    const open = CAUSES.filter((cause) => lasting.includes(cause) || due.includes(cause));
    const announcedAt = { ...state.announcedAt, ...Object.fromEntries(due.map((cause) => [cause, now])) };
    return { ...state, announcedAt, open, announcement: { number: number + 1, type: "waiting" } };
  }
  const isOver = holding.length === 0 && type === "waiting";
  return { ...state, open: lasting, ...(isOver && { announcement: { number: number + 1, type: "ended" } }) };
}

/**
 * Returns the time from which a cause exists, epoch ms (0 for `no_agent`, which needs no waiting time); null: it does
 * not exist.
 */
function sinceOf(cause: AlertCause, { unattended, attended }: QueueView, waitMs: number): number | null {
  switch (cause) {
    case "no_agent":
      return unattended.count > 0 ? 0 : null;
    case "long_wait":
      return attended.count > 0 && attended.since !== null ? attended.since + waitMs : null;
  }
}

/**
 * Returns the current content of the newest announcement; undefined when there is none or none of its causes still
 * exists.
 */
function describe({ announcement, open }: AlertState, view: QueueView, now: number): Alert | undefined {
  if (announcement.number === 0) return undefined;
  if (announcement.type === "ended") return { type: "ended" };
  const causes = open.map((cause) => {
    const { count, since } = cause === "no_agent" ? view.unattended : view.attended;
    return { cause, count, waitedMs: Math.max(0, now - (since ?? now)) };
  });
  return causes.length === 0 ? undefined : { type: "waiting", causes };
}

/** Returns the new state of one robot; adds a send that is due now, and the time of the next decision, to `plan`. */
function visit(
  robot: string,
  known: RobotState,
  announcement: AlertState["announcement"],
  alert: Alert | undefined,
  now: number,
  plan: { readonly sends: AlertSend[]; readonly times: number[] },
): RobotState {
  const { number, type } = announcement;
  if (known.heard >= number || alert === undefined) return known;
  if (isAhead(known.busyUntil, now, ATTEMPT_MS)) {
    plan.times.push(known.busyUntil);
    return known;
  }
  // The last message that the robot accepted reports no waiting users, so it needs no all-clear.
  if (type === "ended" && !known.isAlarmed) return { ...known, heard: number, busyUntil: 0 };
  const isRepeat = known.tried === number;
  if (isRepeat && known.attempts >= MAX_ATTEMPTS) return { ...known, heard: number, busyUntil: 0 };
  if (isRepeat && known.busyUntil === 0 && isAhead(known.retryAt, now, MAX_RETRY_AFTER_MS)) {
    plan.times.push(known.retryAt);
    return known;
  }
  const attempt = (isRepeat ? known.attempts : 0) + 1;
  const busyUntil = now + ATTEMPT_MS;
  plan.sends.push({ robot, announcement, attempt, alert });
  plan.times.push(busyUntil);
  return { ...known, tried: number, attempts: attempt, busyUntil };
}

/**
 * Returns whether a time is in the future. A time more than `spanMs` ahead is not: it was recorded before the clock was
 * set back.
 */
function isAhead(at: number, now: number, spanMs: number): boolean {
  return at > now && !isImplausible(at, now, spanMs);
}

function accept(known: RobotState, { number, type }: AlertState["announcement"]): RobotState {
  return { ...known, heard: number, isAlarmed: type === "waiting", busyUntil: 0, retryAt: 0, failure: null };
}

function reject(known: RobotState, number: number, failure: AlertFailure, now: number): RobotState {
  const { retryAfterMs = 0 } = failure;
  const delayMs = RETRY_DELAYS_MS[known.attempts - 1];
  const isLast = delayMs === undefined || !ALERT_REASONS[failure.reason].isPassing;
  return {
    ...known,
    busyUntil: 0,
    failure: { ...failure, since: known.failure?.since ?? now, at: now },
    ...(isLast ? { heard: number } : { retryAt: now + Math.max(delayMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS)) }),
  };
}
