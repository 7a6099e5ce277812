/** Converts an agent to the forms of the API and of the socket. */
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

/** Returns what decides which rows an agent sees: a page with another value gets complete lists. */
export function rightsKeyOf({ role, teams }: AgentView): string {
  return JSON.stringify([role, teams]);
}
