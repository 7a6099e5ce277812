/**
 * Which buttons the page shows for a session. The server checks every command; hiding a button only avoids a refusal.
 * Pure.
 */
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import { may, type SessionRight } from "../../shared/api/desk/rights.ts";
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
