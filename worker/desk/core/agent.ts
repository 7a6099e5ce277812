/** Agents as the desk stores them, and the agent as which an API key acts. Pure. */
import type { Role } from "../../../shared/api/desk/agent.ts";
import type { LoginSummary } from "../../people/rpc.ts";

/** The presence an agent chose. `busy`, and `away` for a break: no sessions are assigned or offered automatically. */
export interface WantedPresence {
  readonly state: "online" | "busy" | "away" | "offline";
  readonly reason: string | null;
  /** When the agent chose this presence, epoch ms. */
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
  /**
   * What the agents' list shows of the agent's login, which owns it: a copy, so that the list calls no login. Absent
   * before the first invite.
   */
  readonly login?: LoginSummary;
}

/** The id of a caller with an API key; no agent can have it. */
export const API_ACTOR = "api";

/** The agent whose rights a caller with an API key has: an admin who serves no sessions and is in no team. */
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
