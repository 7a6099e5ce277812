/**
 * Agents, and what each role may do with which sessions: one table and one function, used for lists, deltas and
 * commands (DESK_LESSONS §13). Pure.
 */

/** Roles of staff. */
export type Role = "agent" | "supervisor" | "admin";

/** The presence an agent chose. `busy`: no new sessions; `away`: a break, no new sessions. */
export interface WantedPresence {
  readonly state: "online" | "busy" | "away" | "offline";
  readonly reason: string | null;
  /** Epoch ms. */
  readonly since: number;
}

/** An agent, as stored. */
export interface Agent {
  readonly name: string;
  readonly role: Role;
  /** The teams whose queues the agent serves, in addition to sessions without a team. */
  readonly teams: readonly string[];
  /** The maximum number of sessions that may be assigned automatically, including those being assigned. */
  readonly capacity: number;
  readonly isSuspended: boolean;
  readonly wanted: WantedPresence;
}

/** The id of a caller with an API key; no agent can have it. */
export const API_ACTOR = "api";

/** The rights of a caller with an API key: those of an admin. It serves no sessions and is in no team. */
const API_AGENT: Agent = {
  name: API_ACTOR,
  role: "admin",
  teams: [],
  capacity: 0,
  isSuspended: false,
  wanted: { state: "offline", reason: null, since: 0 },
};

/** Returns the agent with whose rights a caller acts; undefined: none, or the agent is suspended. */
export function findActor(agents: { readonly get: (id: string) => Agent | undefined }, id: string): Agent | undefined {
  const agent = id === API_ACTOR ? API_AGENT : agents.get(id);
  return agent?.isSuspended === false ? agent : undefined;
}

/** Returns the form in which names are compared: names that look alike have the same form. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

/** The properties of a session that rights depend on. */
export interface Ownership {
  readonly team: string | null;
  readonly assignee: string | null;
}

/** The operations on a session. */
export type SessionRight = "see" | "take" | "takeOver" | "reply" | "transfer" | "close" | "park";

type Scope = "none" | "own" | "team" | "all";

const RIGHTS: Readonly<Record<SessionRight, Readonly<Record<Role, Scope>>>> = {
  see: { agent: "team", supervisor: "team", admin: "all" },
  take: { agent: "team", supervisor: "team", admin: "all" },
  takeOver: { agent: "none", supervisor: "team", admin: "all" },
  reply: { agent: "team", supervisor: "team", admin: "all" },
  transfer: { agent: "own", supervisor: "team", admin: "all" },
  close: { agent: "own", supervisor: "team", admin: "all" },
  park: { agent: "own", supervisor: "own", admin: "own" },
};

/**
 * Returns whether an agent may perform an operation on a session. An agent always sees the sessions assigned to that
 * agent.
 */
export function may(
  id: string,
  agent: Pick<Agent, "role" | "teams">,
  right: SessionRight,
  session: Ownership,
): boolean {
  switch (RIGHTS[right][agent.role]) {
    case "none":
      return false;
    case "own":
      return session.assignee === id;
    case "team":
      return session.assignee === id || isInTeam(agent, session.team);
    case "all":
      return true;
  }
}

/** Returns whether an agent serves the queue of a team. A session without a team is served by all agents. */
export function isInTeam({ teams }: Pick<Agent, "teams">, team: string | null): boolean {
  return team === null || teams.includes(team);
}
