/**
 * Handles requests of agents: rights, presence and capacity are checked here, the state of the session in the
 * conversation. A command that assigns the session to an agent reserves capacity before the conversation is called
 * (DESK_PROTOCOL rule 8); a reply is only authorised (rule 10). Pure.
 */
import { may, type Ownership, type SessionRight } from "../../../shared/api/desk/rights.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { findAdmissionRefusal, loadOf, type AdmissionRefusal } from "./admission.ts";
import { findActor } from "./agent.ts";
import type { DeskCommand, GivingCommand } from "./command.ts";
import { ownershipOf, type Entry } from "./entry.ts";
import type { Draft } from "./state.ts";
import { readLevels } from "./wants.ts";

/** The fields of every request: the page chooses the ids, so that a repeat after a lost answer is the same command. */
export interface AgentRequest {
  readonly id: string;
  /** The agent who makes the request, or `API_ACTOR`. */
  readonly agent: string;
  readonly conversation: string;
  readonly log: string;
  readonly session: number;
  readonly version: number;
}

/** Why a request is refused before a conversation is called. `target`: the reason concerns the agent of a transfer. */
export type RequestRefusal =
  /** The desk has no open session of this conversation. */
  | { readonly reason: "not_open" }
  /** The page names another log, session or version than the desk knows. */
  | { readonly reason: "version_mismatch" }
  /** The page used this id for another command, which is under way. */
  | { readonly reason: "id_in_use" }
  /** No agent serves the queue of this team. */
  | { readonly reason: "no_team" }
  | { readonly reason: AdmissionRefusal; readonly of: "agent" | "target" };

/** The result of a request; when it is accepted, the conversation is called and its answer decides. */
export type RequestOutcome = Result<{ readonly isOverCapacity: boolean }, RequestRefusal>;

/** Requests a session for an agent who takes it manually; `isOverCapacity` warns that the capacity is exceeded. */
export function requestTake(draft: Draft, request: AgentRequest): RequestOutcome {
  const found = findEntry(draft, request);
  if (!found.ok) return found;
  const refusal = findAdmissionRefusal(draft, request.agent, ownershipOf(found.value), "take");
  if (refusal !== undefined) return err({ reason: refusal, of: "agent" });
  const isOverCapacity = loadOf(draft, request.agent) >= (draft.agents.get(request.agent)?.capacity ?? 0);
  const command = { type: "take", ...nameCommand(request), agent: request.agent } as const;
  return give(draft, request.conversation, command) ? ok({ isOverCapacity }) : err({ reason: "id_in_use" });
}

/** Requests the transfer of a session to an agent who is online, in the session's team and below capacity. */
export function requestTransferToAgent(
  draft: Draft,
  request: AgentRequest & { readonly target: string; readonly sealedNote: string | null },
): RequestOutcome {
  return withRight(draft, request, "transfer", (entry) => {
    const { agent: by, target, sealedNote } = request;
    const owner = { ...ownershipOf(entry), assignee: null };
    const refusal = findAdmissionRefusal(draft, target, owner, "transfer");
    if (refusal !== undefined) return { reason: refusal, of: "target" };
    const command = { type: "transfer_to_agent", ...nameCommand(request), by, agent: target, sealedNote } as const;
    return give(draft, request.conversation, command) ? undefined : { reason: "id_in_use" };
  });
}

/** Requests the transfer of a session to a team's queue. */
export function requestTransferToTeam(
  draft: Draft,
  request: AgentRequest & { readonly team: string; readonly sealedNote: string | null },
): RequestOutcome {
  return withRight(draft, request, "transfer", () => {
    const { agent: by, team, sealedNote } = request;
    if (!hasTeam(draft, team)) return { reason: "no_team" };
    const isOffline = !readLevels(draft).isAttended(team);
    const command = { type: "transfer_to_team", ...nameCommand(request), by, team, isOffline, sealedNote } as const;
    ask(draft, request.conversation, command);
    return undefined;
  });
}

/** Requests the closing of a session. `seenSeq`: the newest row that the agent has seen. */
export function requestClose(draft: Draft, request: AgentRequest & { readonly seenSeq: number }): RequestOutcome {
  return withRight(draft, request, "close", () => {
    const { agent: by, seenSeq } = request;
    ask(draft, request.conversation, { type: "close", ...nameCommand(request), by, reason: "agent", seenSeq });
    return undefined;
  });
}

/** Requests that a session is parked until a time, epoch ms, or the user's next message; null: that parking ends. */
export function requestPark(draft: Draft, request: AgentRequest & { readonly until: number | null }): RequestOutcome {
  return withRight(draft, request, "park", () => {
    const { agent: by, until } = request;
    const command = { ...nameCommand(request), by };
    ask(
      draft,
      request.conversation,
      until === null ? { type: "unpark", ...command } : { type: "park", ...command, until },
    );
    return undefined;
  });
}

/**
 * Returns why an agent may not reply, or ok. A reply assigns a session that has no agent; the conversation refuses it
 * when another agent serves the session, so nothing is reserved.
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
  request: AgentRequest,
  right: SessionRight,
  run: (entry: Entry) => RequestRefusal | undefined,
): RequestOutcome {
  const found = findEntry(draft, request);
  if (!found.ok) return found;
  const agent = findActor(draft.agents, request.agent);
  if (agent === undefined) return err({ reason: "no_agent", of: "agent" });
  if (!may(request.agent, agent, right, ownershipOf(found.value))) return err({ reason: "no_right", of: "agent" });
  const refusal = run(found.value);
  return refusal === undefined ? ok({ isOverCapacity: false }) : err(refusal);
}

/**
 * Returns the entry of the session that the page names, or the refusal. A command contains only values of a page that
 * were compared with the desk's state: otherwise the answer to a command for another log would erase that log here.
 */
function findEntry(draft: Draft, { conversation, log, session, version }: AgentRequest): Result<Entry, RequestRefusal> {
  const entry = draft.entries.get(conversation);
  if (entry === undefined) return err({ reason: "not_open" });
  const isNamed = entry.log === log && entry.session.seq === session && entry.version === version;
  return isNamed ? ok(entry) : err({ reason: "version_mismatch" });
}

/**
 * Reserves capacity for a command, which is then sent; returns false when another command with this id is under way.
 */
function give(draft: Draft, conversation: string, command: GivingCommand): boolean {
  const held = draft.reservations.get(command.id);
  if (held !== undefined && !isSameGiving(held.command, command)) return false;
  // A repeat sends the stored command, because the note of the page is sealed anew each time.
  draft.reservations.set(command.id, held ?? { phase: "asking", conversation, command });
  // A repeat by the page is sent at once, regardless of when the command was last sent.
  draft.asked.remove(command.id);
  return true;
}

function isSameGiving(one: GivingCommand, other: GivingCommand): boolean {
  const keyOf = ({ type, log, session, version, agent }: GivingCommand): string =>
    JSON.stringify([type, log, session, version, agent]);
  return keyOf(one) === keyOf(other);
}

function hasTeam(draft: Draft, team: string): boolean {
  let isFound = false;
  draft.agents.forEach(({ teams, isSuspended }) => {
    isFound ||= !isSuspended && teams.includes(team);
  });
  return isFound;
}

function ask(draft: Draft, conversation: string, command: DeskCommand): void {
  draft.asks.push({ conversation, command });
}

/**
 * Returns the id, log, session and version of the command for a request. Ids chosen by pages and ids derived by the
 * desk have different prefixes, as have the ids of different agents.
 */
function nameCommand(request: AgentRequest): Pick<AgentRequest, "id" | "log" | "session" | "version"> {
  const { log, session, version } = request;
  return { id: commandIdOf(request), log, session, version };
}

/** Returns the id of the command for a request. */
export function commandIdOf({ agent, conversation, id }: Pick<AgentRequest, "agent" | "conversation" | "id">): string {
  return `p:${agent}:${conversation}:${id}`;
}
