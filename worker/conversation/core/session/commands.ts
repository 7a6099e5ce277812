/**
 * Commands of agents, supervisors and the desk on a session. A command names the session and the version it is based
 * on; every check runs here, in the transaction that makes the change (DESK_PROTOCOL rules 1, 11, 12). A refused
 * command changes nothing. Pure.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import {
  end,
  open,
  record,
  toQueued,
  toServing,
  type CloseReason,
  type OpenSession,
  type QueuedSession,
  type ReturnReason,
  type ServingSession,
  type SessionContext,
  type SessionState,
} from "./session.ts";

/** The maximum number of transfers of one session, to agents and teams together. */
export const MAX_TRANSFERS = 10;

/** The fields of every command. */
export interface SessionCommand {
  /** The seq of the session. */
  readonly session: number;
  readonly version: number;
}

/** Why a command was refused. `assignee`: the agent of the session. */
export type SessionRefusal =
  /** Another session is open, or none is. */
  | { readonly reason: "session_over" }
  | { readonly reason: "version_mismatch"; readonly version: number }
  | { readonly reason: "taken"; readonly assignee: string }
  /** The session is not in the state that the command requires. */
  | { readonly reason: "wrong_status"; readonly status: OpenSession["status"] }
  /** The user wrote after the version that the command is based on. */
  | { readonly reason: "stale" }
  /** The user has not received an answer yet. */
  | { readonly reason: "waiting" }
  /** A message is being sent; its outcome determines whether the user is answered. */
  | { readonly reason: "sending" }
  /** Messages of agents are held until the user's next message: they must be withdrawn before the session can close. */
  | { readonly reason: "held" }
  | { readonly reason: "same_agent" | "same_team" | "transfer_limit" | "park_end" };

/** The result of a command. */
export type SessionOutcome = Result<SessionState, SessionRefusal>;

/**
 * Assigns the session to an agent who takes it from automation, from the queue or from another agent. Nothing changes
 * when the agent already serves it.
 */
export function take(
  before: SessionState,
  command: SessionCommand & { agent: string },
  context: SessionContext,
): SessionOutcome {
  return withSession(before, command, (session) => {
    if (session.status === "serving" && session.assignee === command.agent) return ok(before);
    return ok(assignTo(before, session, command.agent, context));
  });
}

/** Assigns a waiting session, as decided by the desk. If an agent has taken it in the meantime, that agent keeps it. */
export function assign(
  before: SessionState,
  command: SessionCommand & { agent: string },
  context: SessionContext,
): SessionOutcome {
  return withStatus(before, command, "queued", (session) => ok(assignTo(before, session, command.agent, context)));
}

/**
 * Starts an agent's reply that `findTaken` does not refuse. Without an open session, or with an unassigned one, the
 * reply first assigns a session to the agent.
 *
 * @returns the state with the session that the reply belongs to
 */
export function startReply(before: SessionState, agent: string, context: SessionContext): SessionState {
  const session = before.open;
  if (session === null) return openServing(before, agent, context);
  return session.status === "serving" ? before : assignTo(before, session, agent, context);
}

/** Returns why an agent may not reply: another agent serves the session. */
export function findTaken({ open: session }: SessionState, agent: string): SessionRefusal | undefined {
  if (session?.status !== "serving" || session.assignee === agent) return undefined;
  return { reason: "taken", assignee: session.assignee };
}

/** Opens a new session after the newest closed one, with its team and served by the agent. */
export function reopen(
  before: SessionState,
  { agent, session, version }: SessionCommand & { agent: string },
  context: SessionContext,
): SessionOutcome {
  if (before.open !== null || before.closed?.seq !== session) return err({ reason: "session_over" });
  if (before.version !== version) return err({ reason: "version_mismatch", version: before.version });
  return ok(openServing(before, agent, context, before.closed.team));
}

/** Transfers the session to an agent; refused for the agent who serves it, and after `MAX_TRANSFERS` transfers. */
export function transferToAgent(
  before: SessionState,
  command: SessionCommand & { target: string },
  context: SessionContext,
): SessionOutcome {
  return withStatus(before, command, "serving", (session) => {
    if (session.assignee === command.target) return err({ reason: "same_agent" });
    if (session.transfers >= MAX_TRANSFERS) return err({ reason: "transfer_limit" });
    return ok(assignTo(before, { ...session, transfers: session.transfers + 1 }, command.target, context));
  });
}

/**
 * Moves the session to a team's queue, at its previous position; refused for a team that it was transferred to before,
 * and after `MAX_TRANSFERS` transfers.
 */
export function transferToTeam(
  before: SessionState,
  command: SessionCommand & { team: string; isOffline: boolean },
  context: SessionContext,
): SessionOutcome {
  return withStatus(before, command, "serving", (session) => {
    const { team, isOffline } = command;
    if (session.transferTeams.includes(team)) return err({ reason: "same_team" });
    if (session.transfers >= MAX_TRANSFERS) return err({ reason: "transfer_limit" });
    const transferTeams = [...session.transferTeams, team];
    const queued = toQueued(
      { ...session, transfers: session.transfers + 1, transferTeams },
      { team, isOffline },
      context,
    );
    return ok(record(before, queued, context, { action: "returned", reason: "transfer" }));
  });
}

/**
 * Returns the session to the queue, at its previous position: its agent can no longer serve it (left, suspended,
 * removed) or it was reassigned.
 */
export function returnToQueue(
  before: SessionState,
  command: SessionCommand & { reason: Exclude<ReturnReason, "transfer">; isOffline: boolean },
  context: SessionContext,
): SessionOutcome {
  return withStatus(before, command, "serving", (session) => {
    const queued = toQueued(session, { isOffline: command.isOffline }, context);
    return ok(record(before, queued, context, { action: "returned", reason: command.reason }));
  });
}

/**
 * Parks the session until a time or the user's next message; refused when that time is over.
 *
 * @param latest the end of the last open grant, epoch ms: parking ends then at the latest
 */
export function park(
  before: SessionState,
  command: SessionCommand & { until: number; latest: number },
  context: SessionContext,
): SessionOutcome {
  return withStatus(before, command, "serving", (session) => {
    const until = Math.min(command.until, command.latest);
    // NaN is not after `now` either.
    if (!(until > context.now)) return err({ reason: "park_end" });
    return ok(record(before, { ...session, parkedUntil: until }, context, { action: "parked" }));
  });
}

/** Ends the parking of the session, requested by its agent or because the time of parking is over. */
export function unpark(before: SessionState, command: SessionCommand, context: SessionContext): SessionOutcome {
  return withStatus(before, command, "serving", (session) => {
    if (session.parkedUntil === null) return ok(before);
    return ok(record(before, { ...session, parkedUntil: null }, context, { action: "unparked" }));
  });
}

/** The state of the outbox that closing depends on. */
export interface UnsentMessages {
  /** Whether a message other than a text of the desk is queued, or any message is being sent. */
  readonly isSending: boolean;
  /** How many messages of agents are held. */
  readonly held: number;
}

/**
 * Closes the session, if there are no unseen messages, no queued messages except texts of the desk, no message being
 * sent, and no held messages of agents. An idle session is closed only if it is served, not parked, and no user message
 * waits.
 *
 * @param command `lastMessageAt`: the time from which the idle time was counted, epoch ms: with a newer message the
 *   session is not idle, although neither version nor user message have changed
 */
export function close(
  before: SessionState,
  command: SessionCommand & {
    reason: Extract<CloseReason, "agent" | "idle">;
    seenSeq: number;
    lastMessageAt?: number;
  },
  { isSending, held }: UnsentMessages,
  context: SessionContext,
): SessionOutcome {
  return withSession(before, command, (session) => {
    if (command.reason === "idle" && (session.status !== "serving" || session.parkedUntil !== null))
      return err({ reason: "wrong_status", status: session.status });
    if (session.lastUserSeq > command.seenSeq) return err({ reason: "stale" });
    if (session.sums.lastMessageAt > (command.lastMessageAt ?? Infinity)) return err({ reason: "stale" });
    if (command.reason === "idle" && session.waitingSince !== null) return err({ reason: "waiting" });
    if (isSending) return err({ reason: "sending" });
    if (held > 0) return err({ reason: "held" });
    return ok(end(before, session, command.reason, context));
  });
}

/**
 * Closes the session because the user left the queue or waited longer than the maximum, or a bot session had no
 * activity for a day. Refused when the user has written since, and for a bot session with an unanswered message.
 *
 * @param command `afterSeq`: the newest user message the decision is based on
 */
export function expire(
  before: SessionState,
  command: SessionCommand & { reason: Extract<CloseReason, "abandoned" | "expired" | "bot">; afterSeq: number },
  context: SessionContext,
): SessionOutcome {
  const status = command.reason === "bot" ? "bot" : "queued";
  return withStatus(before, command, status, (session) => {
    if (session.lastUserSeq > command.afterSeq) return err({ reason: "stale" });
    // An automatic reply can be delayed for hours, and if it fails the user is moved to the queue.
    if (command.reason === "bot" && session.waitingSince !== null) return err({ reason: "waiting" });
    return ok(end(before, session, command.reason, context));
  });
}

function withSession(
  { open: session, version }: SessionState,
  command: SessionCommand,
  run: (session: OpenSession) => SessionOutcome,
): SessionOutcome {
  if (session === null || session.seq !== command.session) return err({ reason: "session_over" });
  return version === command.version ? run(session) : err({ reason: "version_mismatch", version });
}

type ByStatus = { readonly queued: QueuedSession; readonly serving: ServingSession; readonly bot: OpenSession };

function withStatus<S extends OpenSession["status"]>(
  before: SessionState,
  command: SessionCommand,
  status: S,
  run: (session: ByStatus[S]) => SessionOutcome,
): SessionOutcome {
  return withSession(before, command, (session) =>
    isIn(session, status) ? run(session) : err({ reason: "wrong_status", status: session.status }),
  );
}

function isIn<S extends OpenSession["status"]>(session: OpenSession, status: S): session is OpenSession & ByStatus[S] {
  return session.status === status;
}

function assignTo(before: SessionState, session: OpenSession, agent: string, context: SessionContext): SessionState {
  return record(before, toServing(session, agent, context), context, { action: "assigned" });
}

function openServing(
  before: SessionState,
  agent: string,
  context: SessionContext,
  team: string | null = null,
): SessionState {
  return open(before, (head) => toServing({ ...head, team, status: "bot" }, agent, context), context);
}
