/**
 * The metrics of a session, measured from its first record on and never recomputed (docs/design/0023-sessions.md). Each
 * interval is counted twice: in total, and within business hours. Negative intervals count as 0. Pure.
 */

/** A duration in total and within business hours, milliseconds. */
export interface Duration {
  readonly clockMs: number;
  /** The part of the duration within business hours. */
  readonly businessMs: number;
}

/** The part of a session that one agent served. */
export interface Leg {
  readonly agent: string;
  /** When the agent's part began and ended, epoch ms; `to` is null until it ends. */
  readonly from: number;
  readonly to: number | null;
  /** When the agent's first reply was sent, epoch ms; null: none yet. */
  readonly firstReplyAt: number | null;
  readonly replies: number;
}

/** The metrics of one session. */
export interface SessionSums {
  /** When a reply became due for the first time, epoch ms: an agent was requested and a message was waiting. */
  readonly dueAt: number | null;
  /** When an agent was first requested and first assigned, epoch ms. */
  readonly requestedAt: number | null;
  readonly assignedAt: number | null;
  /** Time in the queue that began with `isOffline` false, and with `isOffline` true. */
  readonly waiting: Duration;
  readonly waitingOffline: Duration;
  /** The time from `dueAt` to the first reply of an agent; null when there is no reply. */
  readonly firstResponse: Duration | null;
  readonly legs: readonly Leg[];
  /**
   * A turn: user messages without an agent's reply between them, until that reply. The number of turns, their total
   * duration, and how many exceeded the limit. A turn begins with its first message, or when the agent was assigned if
   * that is later.
   */
  readonly turns: number;
  readonly turnTime: Duration;
  readonly lateTurns: number;
  /** When the first user message without an agent's reply arrived, epoch ms; null: there is none. */
  readonly turnFrom: number | null;
  readonly userMessages: number;
  readonly replies: number;
  /** The number of replies of rules, handlers and the bot. */
  readonly automaticReplies: number;
  /** When the newest message was sent by either side, epoch ms; at first the time at which the session began. */
  readonly lastMessageAt: number;
}

/** What the measurement of a session needs: business hours and the limit of a turn. */
export interface Measuring {
  /**
   * Returns the part of an interval within business hours, milliseconds; both ends epoch ms, `to` not before `from`.
   */
  readonly businessMs: (from: number, to: number) => number;
  /** A turn longer than this counts as late, milliseconds of total time. */
  readonly turnLimitMs: number;
}

/** The maximum number of stored legs; a further one replaces the last, so that the state stays small. */
export const MAX_LEGS = 20;

const NONE: Duration = { clockMs: 0, businessMs: 0 };

/** Returns the sums of a session that begins. */
export function emptySums(at: number): SessionSums {
  return {
    dueAt: null,
    requestedAt: null,
    assignedAt: null,
    waiting: NONE,
    waitingOffline: NONE,
    firstResponse: null,
    legs: [],
    turns: 0,
    turnTime: NONE,
    lateTurns: 0,
    turnFrom: null,
    userMessages: 0,
    replies: 0,
    automaticReplies: 0,
    lastMessageAt: at,
  };
}

/** Counts a user message. */
export function addUserMessage(sums: SessionSums, at: number): SessionSums {
  return {
    ...sums,
    userMessages: sums.userMessages + 1,
    turnFrom: sums.turnFrom ?? at,
    dueAt: sums.dueAt ?? (sums.requestedAt === null ? null : Math.max(sums.requestedAt, at)),
    lastMessageAt: Math.max(sums.lastMessageAt, at),
  };
}

/** Records that an agent was requested. A message that is waiting is due from now on. */
export function addRequest(sums: SessionSums, now: number): SessionSums {
  const requestedAt = sums.requestedAt ?? now;
  return { ...sums, requestedAt, dueAt: sums.dueAt ?? (sums.turnFrom === null ? null : requestedAt) };
}

/** Adds time in the queue that has ended. */
export function addWait(
  sums: SessionSums,
  { since, isOffline }: { readonly since: number; readonly isOffline: boolean },
  now: number,
  measuring: Measuring,
): SessionSums {
  const key = isOffline ? "waitingOffline" : "waiting";
  return { ...sums, [key]: add(sums[key], measure(since, now, measuring)) };
}

/** Records that an agent was assigned: a leg begins, and the previous one ends. */
export function beginLeg(sums: SessionSums, agent: string, now: number): SessionSums {
  const legs = endLeg(sums, now).legs;
  const begun: Leg = { agent, from: now, to: null, firstReplyAt: null, replies: 0 };
  return { ...sums, assignedAt: sums.assignedAt ?? now, legs: [...legs.slice(0, MAX_LEGS - 1), begun] };
}

/** Records that the agent of the current leg no longer has the session. */
export function endLeg(sums: SessionSums, now: number): SessionSums {
  return { ...sums, legs: sums.legs.map((leg) => (leg.to === null ? { ...leg, to: now } : leg)) };
}

/**
 * Counts an agent's reply that was `sent` or is `unconfirmed`.
 *
 * @param reply `at`: when it was sent, epoch ms. `isAnswered`: false when the user wrote after it; the turn then
 * continues. `agent`: its author, in whose leg it is counted; absent: the current agent
 */
export function addReply(
  sums: SessionSums,
  { at, isAnswered, agent }: { readonly at: number; readonly isAnswered: boolean; readonly agent?: string },
  measuring: Measuring,
): SessionSums {
  const own = sums.legs.findLast((leg) => (agent === undefined ? leg.to === null : leg.agent === agent));
  const legs = sums.legs.map((leg) =>
    leg === own ? { ...leg, firstReplyAt: leg.firstReplyAt ?? at, replies: leg.replies + 1 } : leg,
  );
  const firstResponse = sums.firstResponse ?? (sums.dueAt === null ? null : measure(sums.dueAt, at, measuring));
  const replied = {
    ...sums,
    legs,
    firstResponse,
    replies: sums.replies + 1,
    lastMessageAt: Math.max(sums.lastMessageAt, at),
  };
  if (sums.turnFrom === null || !isAnswered) return replied;
  const legFrom = (own ?? sums.legs.at(-1))?.from ?? sums.turnFrom;
  const took = measure(Math.max(sums.turnFrom, legFrom), at, measuring);
  return {
    ...replied,
    turnFrom: null,
    turns: sums.turns + 1,
    turnTime: add(sums.turnTime, took),
    lateTurns: sums.lateTurns + (took.clockMs > measuring.turnLimitMs ? 1 : 0),
  };
}

/** Counts an automatic reply that reached the user. */
export function addAutomaticReply(sums: SessionSums, at: number): SessionSums {
  const lastMessageAt = Math.max(sums.lastMessageAt, at);
  return { ...sums, automaticReplies: sums.automaticReplies + 1, lastMessageAt };
}

function measure(from: number, to: number, { businessMs }: Measuring): Duration {
  return to <= from ? NONE : { clockMs: to - from, businessMs: businessMs(from, to) };
}

function add(a: Duration, b: Duration): Duration {
  return { clockMs: a.clockMs + b.clockMs, businessMs: a.businessMs + b.businessMs };
}
