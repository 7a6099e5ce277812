/** Agents and sign-ins in the form of the API. */
import type { MeJson, PersonJson } from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { AgentView } from "../../../desk/rpc.ts";
import { toAgentJson } from "../../../desk/socket/agent-json.ts";
import { ACTIONS, isOpenToRole } from "../../../people/core/rights.ts";
import type { AgentCaller } from "../../http/auth/caller.ts";

/** Returns the signed-in agent, with the actions that the agent's role allows. */
export function toMe({ id, name, role, teams, signIn }: Omit<AgentCaller, "type">): MeJson {
  const actions = ACTIONS.filter((action) => isOpenToRole(action, role));
  return { id, name, role, teams: [...teams], signIn, actions };
}

/**
 * Returns an agent, whether the agent has a password, and when an unused invite expires (null: there is none).
 *
 * @param now epoch ms
 */
export function toPerson(agent: AgentView, now: number): PersonJson {
  const { hasPassword = false, inviteExpiresAt = null } = agent.login ?? {};
  const isOpen = inviteExpiresAt !== null && now < inviteExpiresAt;
  return { ...toAgentJson(agent), hasPassword, inviteExpiresAt: isOpen ? isoTime(inviteExpiresAt) : null };
}
