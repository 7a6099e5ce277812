/**
 * A session: one period of service in a conversation. The conversation owns it; every transition writes one row and
 * increases the version (docs/design/0023-sessions.md). Pure.
 */
import { addRequest, addWait, beginLeg, emptySums, endLeg, type Measuring, type SessionSums } from "./sums.ts";

/** How long after its end a session can be rated, and a new session counts as its continuation, milliseconds. */
export const AFTERLIFE_MS = 24 * 3_600_000;

/** Why a session ended. */
export type CloseReason = "agent" | "idle" | "bot" | "abandoned" | "expired" | "handed_over";

/** Why a session was returned from an agent to the queue. */
export type ReturnReason = "agent_gone" | "suspended" | "removed" | "reassigned" | "transfer";

interface SessionHead {
  /** The seq of the row that opened the session; the session's id is the conversation's id followed by this seq. */
  readonly seq: number;
  /** The seq of the closed session that this one continues; null: none. */
  readonly reopenedFrom: number | null;
  readonly team: string | null;
  /** The user's newest message; 0: none. */
  readonly lastUserSeq: number;
  /** When the oldest message without a delivered reply arrived, epoch ms; null: no message is waiting. */
  readonly waitingSince: number | null;
  /** The number of the user's messages that no agent has seen. */
  readonly unread: number;
  /** The number of transfers, and the teams to which the session was transferred. */
  readonly transfers: number;
  readonly transferTeams: readonly string[];
  readonly sums: SessionSums;
}

/** State: rules, handlers or a bot answer the user. */
export interface BotSession extends SessionHead {
  readonly status: "bot";
}

/** State: the session waits for an agent. */
export interface QueuedSession extends SessionHead {
  readonly status: "queued";
  /** The time that decides the session's place in the queue, epoch ms; kept when the session returns to the queue. */
  readonly queuedAt: number;
  /** When the session's current time in the queue began, epoch ms. */
  readonly since: number;
  /** Whether it was outside business hours, or no agent was available, when this time in the queue began. */
  readonly isOffline: boolean;
}

/** State: an agent is serving the session. */
export interface ServingSession extends SessionHead {
  readonly status: "serving";
  readonly assignee: string;
  /**
   * The time that decides the place in the queue if the session returns to it, epoch ms: when it first waited, or was
   * assigned without waiting.
   */
  readonly queuedAt: number;
  /** The session is parked until this time, epoch ms; null: not parked. */
  readonly parkedUntil: number | null;
}

/** An open session. */
export type OpenSession = BotSession | QueuedSession | ServingSession;

/** The stored part of the newest closed session. */
export interface ClosedSession {
  readonly seq: number;
  readonly reason: CloseReason;
  readonly closedAt: number;
  readonly assignee: string | null;
  readonly team: string | null;
  /** The user's newest message, also one after the end that opened no session. */
  readonly lastUserSeq: number;
  /** When the request for a rating was sent, epoch ms; null: not sent. */
  readonly ratingAskedAt: number | null;
  readonly score: number | null;
}

/** The sessions of one conversation. */
export interface SessionState {
  /** The number of transitions of all sessions of this log; commands contain it. */
  readonly version: number;
  readonly open: OpenSession | null;
  readonly closed: ClosedSession | null;
}

/** The state before the first session. */
export const NO_SESSION: SessionState = { version: 0, open: null, closed: null };

/** The kinds of transitions of a session. */
export type SessionAction = "opened" | "queued" | "assigned" | "returned" | "parked" | "unparked" | "closed";

/** The `facts` of a row of kind `session`. */
export interface SessionFacts {
  readonly action: SessionAction;
  /** The seq of the session; null in the row that opens the session, because the seq of that row is the session's. */
  readonly session: number | null;
  readonly version: number;
  readonly status: OpenSession["status"] | "closed";
  readonly assignee?: string;
  readonly team?: string;
  readonly reason?: CloseReason | ReturnReason;
  /** Present in the row that closes the session. */
  readonly sums?: SessionSums;
}

/** What a transition of a session needs: the time, the measurement and the row writer. */
export interface SessionContext {
  /** The time of the transition, epoch ms. */
  readonly now: number;
  readonly measuring: Measuring;
  /** Appends a row of kind `session`; returns its seq. */
  readonly append: (facts: SessionFacts) => number;
}

/** Writes the row of a transition and increases the version. */
export function record(
  state: SessionState,
  session: OpenSession,
  { append }: SessionContext,
  facts: Pick<SessionFacts, "action" | "reason">,
): SessionState {
  const version = state.version + 1;
  append({ ...facts, ...describe(session), session: session.seq, version });
  return { ...state, version, open: session };
}

/** Opens a session and writes its first row; `begin` returns the session in its first state. */
export function open(
  state: SessionState,
  begin: (head: SessionHead) => OpenSession,
  context: SessionContext,
): SessionState {
  const { closed } = state;
  const continues = closed !== null && context.now - closed.closedAt < AFTERLIFE_MS;
  const session = begin({
    seq: 0,
    reopenedFrom: continues ? closed.seq : null,
    team: null,
    lastUserSeq: 0,
    waitingSince: null,
    unread: 0,
    transfers: 0,
    transferTeams: [],
    sums: emptySums(context.now),
  });
  const version = state.version + 1;
  const seq = context.append({ action: "opened", ...describe(session), session: null, version });
  return { ...state, version, open: { ...session, seq } };
}

/** Returns the session with the state "waiting for an agent". Ends the part of the agent who served it. */
export function toQueued(
  session: OpenSession,
  { team = session.team, isOffline = false }: { readonly team?: string | null; readonly isOffline?: boolean },
  { now }: SessionContext,
): QueuedSession {
  const queuedAt = session.status === "bot" ? now : session.queuedAt;
  const sums = addRequest(endLeg(session.sums, now), now);
  return { ...headOf(session), team, sums, status: "queued", queuedAt, since: now, isOffline };
}

/** Returns the session with the state "served by an agent". Ends its time in the queue. */
export function toServing(session: OpenSession, agent: string, context: SessionContext): ServingSession {
  const { now } = context;
  const queuedAt = session.status === "bot" ? now : session.queuedAt;
  const sums = beginLeg(leaveQueue(session, context), agent, now);
  return { ...headOf(session), sums, status: "serving", assignee: agent, queuedAt, parkedUntil: null };
}

/** Ends the open session and writes its last row, with the session's metrics. */
export function end(
  state: SessionState,
  session: OpenSession,
  reason: CloseReason,
  context: SessionContext,
): SessionState {
  const { now } = context;
  const sums = endLeg(leaveQueue(session, context), now);
  const version = state.version + 1;
  const { assignee = null, team = null } = describe(session);
  context.append({
    action: "closed",
    ...describe(session),
    session: session.seq,
    version,
    status: "closed",
    reason,
    sums,
  });
  const { seq, lastUserSeq } = session;
  const closed = { seq, reason, closedAt: now, assignee, team, lastUserSeq, ratingAskedAt: null, score: null };
  return { version, open: null, closed };
}

/** Returns the session's sums, with its current time in the queue added if it is queued. */
function leaveQueue(session: OpenSession, { now, measuring }: SessionContext): SessionSums {
  return session.status === "queued" ? addWait(session.sums, session, now, measuring) : session.sums;
}

function describe(session: OpenSession): Pick<SessionFacts, "status" | "assignee" | "team"> {
  return {
    status: session.status,
    ...(session.status === "serving" && { assignee: session.assignee }),
    ...(session.team !== null && { team: session.team }),
  };
}

function headOf(session: OpenSession): SessionHead {
  const { seq, reopenedFrom, team, lastUserSeq, waitingSince, unread, transfers, transferTeams, sums } = session;
  return { seq, reopenedFrom, team, lastUserSeq, waitingSince, unread, transfers, transferTeams, sums };
}
