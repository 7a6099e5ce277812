/**
 * Which buttons the page shows for a session. The server decides; a hidden button only spares a refusal
 * (`worker/desk/core/agent.ts`). Pure.
 */
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";

/** What an agent may do with a session. */
export interface Rights {
  readonly take: boolean;
  /** Take a session that another agent serves. */
  readonly takeOver: boolean;
  readonly reply: boolean;
  readonly transfer: boolean;
  readonly close: boolean;
  readonly park: boolean;
}

/** Returns the rights of an agent. */
export function rightsOf({ id, role, teams }: AgentJson, { session }: DeskRow): Rights {
  const isOwn = session.status === "serving" && session.assignee === id;
  const isOthers = session.status === "serving" && !isOwn;
  const inTeam = role === "admin" || session.team === null || teams.includes(session.team);
  const leads = role !== "agent" && inTeam;
  return {
    take: !isOwn && !isOthers && inTeam,
    takeOver: isOthers && leads,
    reply: isOwn || (!isOthers && inTeam),
    transfer: isOwn || leads,
    close: isOwn || leads,
    park: isOwn,
  };
}
