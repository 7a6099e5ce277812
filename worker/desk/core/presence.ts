/**
 * Presence: what an agent chose, and what the sockets say. An agent whose last socket is gone keeps the sessions for a
 * grace period; levels, not edges, so that an agent counts as gone after a restart as well (DESK_PROTOCOL rule 9). Pure.
 */
import type { Agent, WantedPresence } from "./agent.ts";
import type { Draft, Socket } from "./state.ts";

/** How long an agent without a socket keeps the sessions, milliseconds. */
export const GRACE_MS = 180_000;
/** A socket without a sign of life for this time is gone, milliseconds. The page pings every 25 s. */
export const SOCKET_TIMEOUT_MS = 75_000;
/** How often the sockets are examined, milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 60_000;

/**
 * The desk was constructed, with the sockets that are still attached. Every other agent whose grace has not begun before
 * enters it now.
 */
export function wake(draft: Draft, attached: ReadonlyMap<string, Socket>): void {
  draft.isWhole = true;
  for (const [id, socket] of attached) {
    draft.sockets.set(id, socket);
    draft.graces.remove(socket.agent);
  }
  draft.agents.forEach((_agent, id) => {
    if (draft.graces.get(id) === undefined) enterGrace(draft, id);
  });
}

/** A page connected. It changes no chosen presence. */
export function openSocket(draft: Draft, socket: string, agent: string): void {
  draft.sockets.set(socket, { agent, seenAt: draft.context.now });
  draft.graces.remove(agent);
}

/** A page disconnected. */
export function closeSocket(draft: Draft, socket: string): void {
  const agent = draft.sockets.get(socket)?.agent;
  if (agent === undefined) return;
  draft.sockets.remove(socket);
  enterGrace(draft, agent);
}

/** The alarm fired. `pings`: when each socket pinged last, epoch ms; the runtime answers pings without waking the desk. */
export function runAlarm(draft: Draft, pings: ReadonlyMap<string, number>): void {
  const { now } = draft.context;
  draft.isWhole = true;
  draft.armedBefore = Infinity;
  draft.counters = { ...draft.counters, examinedAt: now };
  draft.sockets.forEach((socket, id) => {
    const seenAt = Math.max(socket.seenAt, pings.get(id) ?? 0);
    if (now - seenAt <= SOCKET_TIMEOUT_MS) {
      if (seenAt !== socket.seenAt) draft.sockets.set(id, { ...socket, seenAt });
      return;
    }
    draft.closedSockets.push(id);
    closeSocket(draft, id);
  });
}

/** An agent chose a presence, unless removed meanwhile. */
export function choosePresence(draft: Draft, id: string, { state, reason }: Omit<WantedPresence, "since">): void {
  const agent = draft.agents.get(id);
  if (agent !== undefined) draft.agents.set(id, { ...agent, wanted: { state, reason, since: draft.context.now } });
}

/** An agent was invited or changed. When what the agent may see has changed, the pages connect again. */
export function saveAgent(draft: Draft, id: string, agent: Agent): void {
  const before = draft.agents.get(id);
  draft.agents.set(id, agent);
  if (before !== undefined && rightsOf(before) !== rightsOf(agent)) disconnect(draft, id);
}

/** An agent was removed. The sessions return to the queue. */
export function removeAgent(draft: Draft, id: string): void {
  draft.agents.remove(id);
  disconnect(draft, id);
  draft.graces.remove(id);
}

/** Returns whether the agent has a page open. */
export function isConnected(draft: Draft, id: string): boolean {
  return draft.sockets.inBucket(id).length > 0;
}

/**
 * From when on the agent counts as gone, epoch ms; 0: for good, because there is no such agent or the agent is suspended;
 * Infinity: while a page is open.
 */
export function goneAt(draft: Draft, id: string): number {
  const agent = draft.agents.get(id);
  if (agent === undefined || agent.isSuspended) return 0;
  const connectedUntil = isConnected(draft, id) ? Infinity : (draft.graces.get(id) ?? 0);
  return agent.wanted.state === "offline" ? Math.min(connectedUntil, agent.wanted.since + GRACE_MS) : connectedUntil;
}

function enterGrace(draft: Draft, id: string): void {
  if (!isConnected(draft, id)) draft.graces.set(id, draft.context.now + GRACE_MS);
}

function disconnect(draft: Draft, id: string): void {
  for (const [socket] of draft.sockets.inBucket(id)) {
    draft.closedSockets.push(socket);
    closeSocket(draft, socket);
  }
}

function rightsOf({ role, teams, isSuspended }: Agent): string {
  return JSON.stringify([role, teams, isSuspended]);
}
