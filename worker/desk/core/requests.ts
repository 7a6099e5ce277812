/**
 * Handles requests of agents: rights, presence and capacity are checked here, the state of the session in the
 * conversation. A command that assigns the session to an agent reserves capacity before the conversation is called
 * (DESK_PROTOCOL rule 8); a reply is only authorised (rule 10). Pure.
 */
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { findAdmissionRefusal, loadOf, type AdmissionRefusal } from "./admission.ts";
import { may, type Ownership, type SessionRight } from "./agent.ts";
import type { DeskCommand, GivingCommand } from "./command.ts";
import { ownershipOf, type Entry } from "./entry.ts";
import type { Draft } from "./state.ts";
import { readLevels } from "./wants.ts";

/** The fields of every request: the page chooses the ids, so that a repeat after a lost answer is the same command. */
export interface AgentRequest {
  readonly id: string;
  /** The agent who makes the request. */
  readonly agent: string;
  readonly conversation: string;
  readonly log: string;
  readonly session: number;
  readonly version: number;
}

/** Why a request is refused before a conversation is called. `target`: the reason concerns the agent of a transfer. */
export type RequestRefusal =
  /** The desk has no open session of this conversation. */
  { readonly reason: "not_open" } | { readonly reason: AdmissionRefusal; readonly of: "agent" | "target" };

/** The result of a request; when it is accepted, the conversation is called and its answer decides. */
export type RequestOutcome = Result<{ readonly isOverCapacity: boolean }, RequestRefusal>;

/** Assigns a session to an agent who takes it manually; above the capacity with a warning. */
export function requestTake(draft: Draft, request: AgentRequest): RequestOutcome {
  const entry = draft.entries.get(request.conversation);
  if (entry === undefined) return err({ reason: "not_open" });
  const refusal = findAdmissionRefusal(draft, request.agent, ownershipOf(entry), "take");
  if (refusal !== undefined) return err({ reason: refusal, of: "agent" });
  const isOverCapacity = loadOf(draft, request.agent) >= (draft.agents.get(request.agent)?.capacity ?? 0);
  give(draft, request.conversation, { type: "take", ...named(request), agent: request.agent });
  return ok({ isOverCapacity });
}

/** Transfers the session to an agent who is online and below capacity. */
export function requestTransferToAgent(
  draft: Draft,
  request: AgentRequest & { readonly target: string; readonly sealedNote: string | null },
): RequestOutcome {
  return withRight(draft, request, "transfer", (entry) => {
    const { agent: by, target, sealedNote } = request;
    const owner = { ...ownershipOf(entry), assignee: null };
    const refusal = findAdmissionRefusal(draft, target, owner, "transfer");
    if (refusal !== undefined) return { reason: refusal, of: "target" };
    give(draft, request.conversation, { type: "transfer_to_agent", ...named(request), by, agent: target, sealedNote });
    return undefined;
  });
}

/** Moves the session to a team's queue. */
export function requestTransferToTeam(
  draft: Draft,
  request: AgentRequest & { readonly team: string; readonly sealedNote: string | null },
): RequestOutcome {
  return withRight(draft, request, "transfer", () => {
    const { agent: by, team, sealedNote } = request;
    const isOffline = !readLevels(draft).isAttended(team);
    ask(draft, request.conversation, { type: "transfer_to_team", ...named(request), by, team, isOffline, sealedNote });
    return undefined;
  });
}

/** Closes the session. `seenSeq`: the newest user message that the agent has seen. */
export function requestClose(draft: Draft, request: AgentRequest & { readonly seenSeq: number }): RequestOutcome {
  return withRight(draft, request, "close", () => {
    const { agent: by, seenSeq } = request;
    ask(draft, request.conversation, { type: "close", ...named(request), by, reason: "agent", seenSeq });
    return undefined;
  });
}

/** Parks the session until a time, epoch ms, or the user's next message; null: ends the park. */
export function requestPark(draft: Draft, request: AgentRequest & { readonly until: number | null }): RequestOutcome {
  return withRight(draft, request, "park", () => {
    const { agent: by, until } = request;
    const command = { ...named(request), by };
    ask(
      draft,
      request.conversation,
      until === null ? { type: "unpark", ...command } : { type: "park", ...command, until },
    );
    return undefined;
  });
}

/**
 * Returns whether an agent may reply. A reply assigns a session that has no agent; the conversation refuses it when
 * another agent serves the session, so nothing is reserved.
 *
 * @param otherwise the ownership that is used when the desk has no open session of the conversation
 */
export function authorizeReply(
  draft: Draft,
  { agent, conversation }: Pick<AgentRequest, "agent" | "conversation">,
  otherwise: Ownership,
): Result<null, RequestRefusal> {
  const entry = draft.entries.get(conversation);
  const refusal = findAdmissionRefusal(draft, agent, entry === undefined ? otherwise : ownershipOf(entry), "reply");
  return refusal === undefined ? ok(null) : err({ reason: refusal, of: "agent" });
}

function withRight(
  draft: Draft,
  { agent: id, conversation }: AgentRequest,
  right: SessionRight,
  run: (entry: Entry) => RequestRefusal | undefined,
): RequestOutcome {
  const entry = draft.entries.get(conversation);
  if (entry === undefined) return err({ reason: "not_open" });
  const agent = draft.agents.get(id);
  if (agent === undefined || agent.isSuspended) return err({ reason: "no_agent", of: "agent" });
  if (!may(id, agent, right, ownershipOf(entry))) return err({ reason: "no_right", of: "agent" });
  const refusal = run(entry);
  return refusal === undefined ? ok({ isOverCapacity: false }) : err(refusal);
}

function give(draft: Draft, conversation: string, command: GivingCommand): void {
  draft.reservations.set(command.id, { phase: "asking", conversation, command });
  // A repeat by the page is sent at once, regardless of when the command was last sent.
  draft.asked.remove(command.id);
}

function ask(draft: Draft, conversation: string, command: DeskCommand): void {
  draft.asks.push({ conversation, command });
}

function named({ id, log, session, version }: AgentRequest): Pick<AgentRequest, "id" | "log" | "session" | "version"> {
  return { id, log, session, version };
}
