/**
 * Which buttons the page shows for a session. The server checks every command; hiding a button only avoids a refusal.
 * Pure.
 */
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import { isInTeam, may, type SessionRight } from "../../shared/api/desk/rights.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";

/** What an agent may do with a session; `takeOver`: take it from the agent who is assigned. */
export type Rights = Readonly<Record<Exclude<SessionRight, "see">, boolean>>;

/** Returns the rights of an agent. */
export function rightsOf(agent: AgentJson, { session }: DeskRow): Rights {
  const { team, assignee, status } = session;
  const isServing = status === "serving";
  const isOthers = isServing && assignee !== agent.id;
  const mayNow = (right: SessionRight): boolean =>
    may(agent.id, agent, right, { team, assignee: isServing ? assignee : null });
  return {
    take: !isServing && mayNow("take"),
    takeOver: isOthers && mayNow("takeOver"),
    reply: !isOthers && mayNow("reply"),
    transfer: mayNow("transfer"),
    close: mayNow("close"),
    park: mayNow("park"),
  };
}

/** Why a session cannot be transferred to an agent. */
export type TransferObstacle = "absent" | "full" | "other_team";

/** Returns why a session cannot be transferred to an agent; null: it can, as far as the page knows. */
export function findTransferObstacle(agent: AgentJson, team: string | null): TransferObstacle | null {
  if (!isInTeam(agent, team)) return "other_team";
  if (agent.actual !== "online") return "absent";
  return agent.load < agent.capacity ? null : "full";
}
