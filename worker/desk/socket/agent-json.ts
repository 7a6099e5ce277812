/** Converts an agent to the form of the API and of the socket. */
import type { AgentJson } from "../../../shared/api/desk/agent.ts";
import { isoTime } from "../../../shared/api/schemas.ts";
import type { AgentView } from "../rpc.ts";

/** Builds the JSON of an agent. */
export function toAgentJson(agent: AgentView): AgentJson {
  const { id, name, role, teams, capacity, isSuspended, actual, load } = agent;
  const { state, reason, since } = agent.wanted;
  const wanted = { state, reason, since: isoTime(since) };
  return { id, name, role, teams: [...teams], capacity, isSuspended, wanted, actual, load };
}
