/**
 * Decides which agent may get a session: one function for the automatic assignment, an offer, a transfer, a manual take
 * and a reply (DESK_LESSONS §5). Pure.
 */
import { isInTeam, may, type Ownership } from "../../../shared/api/desk/rights.ts";
import type { Agent } from "./agent.ts";
import { goneAt, isConnected } from "./presence.ts";
import { reservedFor, servedBy, type Draft } from "./state.ts";

/** How an agent would get a session. */
export type Admission = "assign" | "transfer" | "take" | "reply";

/** Why an agent does not get a session. */
export type AdmissionRefusal = "no_agent" | "no_right" | "other_team" | "absent" | "full";

/**
 * Returns why the agent may not get the session; undefined: allowed. Assignments, offers and transfers need an agent
 * who is online, in the team and below capacity. A take or a reply needs the right and an agent who is not gone
 * (`goneAt`); it may exceed the capacity.
 */
export function findAdmissionRefusal(
  draft: Draft,
  id: string,
  session: Ownership,
  how: Admission,
): AdmissionRefusal | undefined {
  const agent = draft.agents.get(id);
  if (agent === undefined || agent.isSuspended) return "no_agent";
  if (how === "assign" || how === "transfer") {
    if (!isInTeam(agent, session.team)) return "other_team";
    if (!isAvailable(draft, id, agent)) return "absent";
    return loadOf(draft, id) < agent.capacity ? undefined : "full";
  }
  const isTakeOver = how === "take" && session.assignee !== null && session.assignee !== id;
  if (!may(id, agent, isTakeOver ? "takeOver" : how, session)) return "no_right";
  return goneAt(draft, id) > draft.context.now ? undefined : "absent";
}

/**
 * Returns the number of sessions that count towards an agent's capacity: those that are served and not parked, and
 * those that are offered or being assigned.
 */
export function loadOf(draft: Draft, id: string): number {
  const reserved = new Set<string>();
  for (const [, { conversation }] of draft.reservations.inBucket(reservedFor(id))) {
    const session = draft.entries.get(conversation)?.session;
    const isServed = session?.status === "serving" && session.assignee === id && session.parkedUntil === null;
    if (!isServed) reserved.add(conversation);
  }
  return draft.entries.sizeOf(servedBy(id)) + reserved.size;
}

/** Returns whether sessions may be assigned to an agent automatically, capacity aside. */
export function isAvailable(draft: Draft, id: string, { wanted, isSuspended }: Agent): boolean {
  return wanted.state === "online" && !isSuspended && isConnected(draft, id);
}
