/**
 * The sessions of one conversation, controlled by a test: clock, written rows and newest user message are simulated.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import {
  close,
  findTaken,
  startReply,
  take,
  type SessionOutcome,
  type UnsentMessages,
} from "../../worker/conversation/core/session/commands.ts";
import { receiveMessage, type QueueEntry } from "../../worker/conversation/core/session/events.ts";
import {
  NO_SESSION,
  type SessionContext,
  type SessionFacts,
  type SessionState,
} from "../../worker/conversation/core/session/session.ts";

/** The start of each test's clock, epoch ms. */
export const T0 = 1_760_000_000_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** A session row with its seq. */
export type WrittenRow = SessionFacts & { readonly seq: number };

/** Starts without a session. Business hours are every second minute of the clock: half of each interval. */
export function createSessions() {
  let now = T0;
  let seq = 0;
  let state: SessionState = NO_SESSION;
  const rows: WrittenRow[] = [];

  const context = (): SessionContext => ({
    now,
    measuring: { businessMs: (from, to) => (to - from) / 2, turnLimitMs: 5 * MINUTE },
    append(facts) {
      seq += 1;
      rows.push({ ...facts, seq });
      return seq;
    },
  });

  return {
    now: () => now,
    state: () => state,
    rows: (): readonly WrittenRow[] => rows,
    /** Returns the seq of the newest row of any kind. */
    seq: () => seq,
    pass: (ms: number): void => {
      now += ms;
    },
    /** Adds a row of another kind, such as a user message; returns its seq. */
    nextSeq: (): number => {
      seq += 1;
      return seq;
    },
    /** Applies an event that is never refused. */
    happens: (change: (before: SessionState, context: SessionContext) => SessionState): void => {
      state = change(state, context());
    },
    /** Applies a command; when it is refused, nothing changes, and the reason is returned. */
    commands: <E>(
      change: (before: SessionState, context: SessionContext) => Result<SessionState, E>,
    ): E | undefined => {
      const outcome = change(state, context());
      if (!outcome.ok) return outcome.error;
      state = outcome.value;
      return undefined;
    },
    /** Returns the session and version that a command on the open session names. */
    named: () => ({ session: state.open?.seq ?? state.closed?.seq ?? 0, version: state.version }),
  };
}

/** The queue in which users wait by default. */
export const QUEUE: QueueEntry = { team: null, isOffline: false };
/** An outbox with no message under way or held. */
export const NOTHING_UNSENT: UnsentMessages = { isSending: false, held: 0 };

/** Starts without a session; the result has functions for the most frequent steps. */
export function startSessions() {
  const sessions = createSessions();
  const { happens, commands, named } = sessions;
  /** Adds a message of the user, by default for an agent; returns its seq. */
  const writes = (isForBot = false, queue = QUEUE): number => {
    const seq = sessions.nextSeq();
    happens((state, context) => receiveMessage(state, { seq, at: sessions.now(), isForBot, queue }, context));
    return seq;
  };
  return {
    ...sessions,
    writes,
    /** Adds a message of the user, and lets `agent` take the session. */
    isServedBy: (agent: string): void => {
      writes();
      commands((state, context) => take(state, { ...named(), agent }, context));
    },
    /** Closes the session as its agent; returns the reason when it was refused. */
    closes: (seenSeq = sessions.seq(), unsent = NOTHING_UNSENT) =>
      commands((state, context) => close(state, { ...named(), reason: "agent", seenSeq }, unsent, context)),
  };
}

/** Applies an agent's reply as `applyReply` does: it is refused while another agent serves. */
export function reply(before: SessionState, agent: string, context: SessionContext): SessionOutcome {
  const taken = findTaken(before, agent);
  return taken === undefined ? ok(startReply(before, agent, context)) : err(taken);
}
