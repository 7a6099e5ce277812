/**
 * Applies events of users, automation and the platform to a session (docs/design/0023-sessions.md). Events are never
 * refused: an event that does not concern the current state changes nothing. Pure.
 */
import {
  AFTERLIFE_MS,
  end,
  open,
  record,
  toQueued,
  type OpenSession,
  type SessionContext,
  type SessionState,
} from "./session.ts";
import { addAutomaticReply, addReply, addUserMessage } from "./sums.ts";

/** A user message that is already stored as a row. */
export interface ArrivedMessage {
  /** The seq of its row. */
  readonly seq: number;
  /** When the user wrote the message, epoch ms. */
  readonly at: number;
  /** Whether rules, handlers or a bot may answer the message now. */
  readonly isForBot: boolean;
  /** The queue for the session when automation may not answer. */
  readonly queue: QueueEntry;
}

/** The queue in which a session waits for an agent. */
export interface QueueEntry {
  readonly team: string | null;
  /** Whether it is outside business hours, or no agent is available. */
  readonly isOffline: boolean;
}

/**
 * Records a user message. Opens a session when none is open, queues a bot session when automation may not answer, and
 * ends parking.
 */
export function receiveMessage(before: SessionState, message: ArrivedMessage, context: SessionContext): SessionState {
  const opened = before.open === null ? openFor(before, message, context) : before;
  const arrived = withOpen(opened, (session) => ({
    ...session,
    lastUserSeq: message.seq,
    waitingSince: session.waitingSince ?? message.at,
    unread: session.unread + 1,
    sums: addUserMessage(session.sums, message.at),
  }));
  const { open: session } = arrived;
  if (session?.status === "bot" && !message.isForBot) return requestAgent(arrived, message.queue, context);
  if (session?.status === "serving" && session.parkedUntil !== null)
    return record(arrived, { ...session, parkedUntil: null }, context, { action: "unparked" });
  return arrived;
}

/**
 * Returns whether a single digit from the user rates the closed session instead of opening a new one: no session is
 * open, the closed one is not rated yet, and the digit was written after the request was sent and arrives within 24
 * hours of it.
 *
 * @param at when the user wrote it, epoch ms
 */
export function isRating({ open: session, closed }: SessionState, at: number, now: number): boolean {
  if (session !== null || closed === null || closed.ratingAskedAt === null || closed.score !== null) return false;
  // WeChat dates messages in whole seconds.
  return at >= Math.floor(closed.ratingAskedAt / 1_000) * 1_000 && now - closed.ratingAskedAt < AFTERLIFE_MS;
}

/** Records the user's rating of the closed session. Call `isRating` first. */
export function rate(state: SessionState, score: number): SessionState {
  return state.closed === null ? state : { ...state, closed: { ...state.closed, score } };
}

/** Records a user message that opened no session, so that unsent texts about the closed session become outdated. */
export function noteMessage(state: SessionState, seq: number): SessionState {
  return state.closed === null ? state : { ...state, closed: { ...state.closed, lastUserSeq: seq } };
}

/** Records that the request for a rating reached the user, or may have. */
export function askedForRating(state: SessionState, session: number, at: number): SessionState {
  if (state.closed?.seq !== session) return state;
  return { ...state, closed: { ...state.closed, ratingAskedAt: state.closed.ratingAskedAt ?? at } };
}

/**
 * Queues the bot session, or a new one when none is open, because an agent was requested: by a rule, the bot, the API,
 * or because automation did not answer. A session that is queued or served already does not change.
 */
export function requestAgent(before: SessionState, queue: QueueEntry, context: SessionContext): SessionState {
  const session = before.open;
  if (session === null) return open(before, (head) => toQueued({ ...head, status: "bot" }, queue, context), context);
  if (session.status !== "bot") return before;
  return record(before, toQueued(session, queue, context), context, { action: "queued" });
}

/** The outcome of an automatic reply to a user message. */
export interface AutomaticOutcome {
  /** The seq of the newest user message that the reply answers. */
  readonly answers: number;
  /** Whether the reply reached the user. A rule with the action `silent` counts as delivered. */
  readonly isDelivered: boolean;
  /** Set for a rule with the action `silent`: the user counts as answered, and no reply is counted. */
  readonly isSilent?: true;
  /** When the outcome was recorded, epoch ms. */
  readonly at: number;
}

/**
 * Records that an automatic reply was delivered or failed; after a failure the session waits for an agent, so that no
 * message stays unanswered.
 */
export function settleAutomatic(
  before: SessionState,
  { answers, isDelivered, isSilent, at }: AutomaticOutcome,
  queue: QueueEntry,
  context: SessionContext,
): SessionState {
  if (before.open === null) return before;
  if (!isDelivered) return requestAgent(before, queue, context);
  return withOpen(before, (session) => ({
    ...session,
    waitingSince: session.status === "bot" && session.lastUserSeq <= answers ? null : session.waitingSince,
    sums: isSilent === true ? session.sums : addAutomaticReply(session.sums, at),
  }));
}

/** A reply of an agent that was delivered, or may have been. */
export interface SettledReply {
  /** The seq of its row. */
  readonly seq: number;
  /** When the reply was sent, epoch ms. */
  readonly at: number;
  /** The author of the reply, who may have lost the session since then; absent: the agent who has the session. */
  readonly agent?: string;
}

/**
 * Records that a reply of an agent was delivered. It answers the messages before its row: when the user wrote after it,
 * the session still waits. A reply that was queued in an earlier session changes nothing.
 */
export function settleReply(
  before: SessionState,
  { seq, at, agent }: SettledReply,
  context: SessionContext,
): SessionState {
  const author = agent === undefined ? {} : { agent };
  return withOpen(before, (session) => {
    if (seq < session.seq) return session;
    const isAnswered = session.lastUserSeq < seq;
    return {
      ...session,
      waitingSince: isAnswered ? null : session.waitingSince,
      sums: addReply(session.sums, { at, isAnswered, ...author }, context.measuring),
    };
  });
}

/**
 * Records that an agent has read all rows up to `seq`: `unread` becomes 0 when the user's newest message is among them.
 */
export function markSeen(before: SessionState, seq: number): SessionState {
  return withOpen(before, (session) => (session.lastUserSeq <= seq ? { ...session, unread: 0 } : session));
}

/** Ends the session because the conversation was handed over to the platform's own agents. */
export function endByHandover(before: SessionState, context: SessionContext): SessionState {
  return before.open === null ? before : end(before, before.open, "handed_over", context);
}

function openFor(before: SessionState, { isForBot, queue }: ArrivedMessage, context: SessionContext): SessionState {
  if (!isForBot) return requestAgent(before, queue, context);
  return open(before, (head) => ({ ...head, status: "bot" }), context);
}

function withOpen(state: SessionState, change: (session: OpenSession) => OpenSession): SessionState {
  return state.open === null ? state : { ...state, open: change(state.open) };
}
