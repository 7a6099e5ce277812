/**
 * What each role may do with which sessions: one table and one function. The server checks lists, deltas and commands
 * with it, the page decides with it which buttons to show (DESK_LESSONS §13). Pure.
 */
import type { Role } from "./agent.ts";

/** The properties of an agent that rights depend on. */
export interface Actor {
  readonly role: Role;
  readonly teams: readonly string[];
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
 * Returns whether an agent may perform an operation on a session. `own`: on sessions assigned to the agent; `team`:
 * also on those of the agent's teams and those without a team; `all`: on every session.
 */
export function may(id: string, agent: Actor, right: SessionRight, session: Ownership): boolean {
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

/** Returns whether agents of a role see every session, whatever its team. */
export function seesAll(role: Role): boolean {
  return RIGHTS.see[role] === "all";
}

/** Returns whether an agent serves the queue of a team. @param team null: sessions without a team; always true */
export function isInTeam({ teams }: Pick<Actor, "teams">, team: string | null): boolean {
  return team === null || teams.includes(team);
}
