/** Agents and sign-ins in the form of the API. */
import type { MeJson, PersonJson } from "../../../../shared/api/people.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { AgentView } from "../../../desk/rpc.ts";
import { ACTIONS, isOpenToRole } from "../../../people/core/rights.ts";
import type { LoginSummary } from "../../../people/rpc.ts";
import type { AgentCaller } from "../../http/auth/caller.ts";

/** Returns the signed-in agent, with what the agent may do. */
export function toMe({ id, name, role, teams, signIn }: Omit<AgentCaller, "type">): MeJson {
  const actions = ACTIONS.filter((action) => isOpenToRole(action, role));
  return { id, name, role, teams: [...teams], signIn, actions };
}

/** Returns an agent, and whether the agent can sign in. */
export function toPerson(agent: AgentView, { hasPassword, inviteExpiresAt }: LoginSummary): PersonJson {
  const { id, name, role, teams, capacity, isSuspended, wanted, actual, load } = agent;
  return {
    id,
    name,
    role,
    teams: [...teams],
    capacity,
    isSuspended,
    wanted: { ...wanted, since: isoTime(wanted.since) },
    actual,
    load,
    hasPassword,
    inviteExpiresAt: inviteExpiresAt === null ? null : isoTime(inviteExpiresAt),
  };
}
