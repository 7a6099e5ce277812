/**
 * The queue as input of alerts: the number of waiting users, the start of their wait, and whether an agent is present
 * for them. Pure.
 */
import { NO_USERS, type QueueView, type WaitingUsers } from "../../alerts/core/alert.ts";
import type { DeskSession } from "../core/entry.ts";
import type { Draft } from "../core/state.ts";
import { readLevels } from "../core/wants.ts";

/**
 * Returns the users who wait: those in the queue, and those whose agent has not answered. A session that automation
 * serves is left out. Visits every open session.
 */
export function viewQueue(draft: Draft): QueueView {
  const levels = readLevels(draft);
  let [unattended, attended] = [NO_USERS, NO_USERS];
  draft.entries.forEach(({ session }) => {
    const since = waitsSince(session);
    if (since === null) return;
    // An agent without a page keeps the session until the grace period ends; until then the agent counts as present.
    if (session.status === "queued" && !levels.isAttended(session.team)) unattended = add(unattended, since);
    else attended = add(attended, since);
  });
  return { unattended, attended };
}

/** Returns the time since which a user waits for an agent, epoch ms; null: the user does not wait. */
function waitsSince(session: DeskSession): number | null {
  switch (session.status) {
    case "bot":
      return null;
    case "queued":
      return session.waitingSince ?? session.since;
    case "serving":
      return session.waitingSince;
  }
}

function add({ count, since: longest }: WaitingUsers, since: number): WaitingUsers {
  return { count: count + 1, since: Math.min(longest ?? since, since) };
}
