/**
 * The presence of agents: the presence they chose, and whether their sockets are connected. An agent whose last socket
 * is gone keeps the sessions for a grace period. Decisions use states, not events, so that an agent also counts as gone
 * after a restart (DESK_PROTOCOL rule 9). Pure.
 */
import type { Agent, WantedPresence } from "./agent.ts";
import type { Draft, Socket } from "./state.ts";

/** How long an agent without a socket keeps the sessions, milliseconds. */
export const GRACE_MS = 180_000;
/** A socket without a ping for this time is disconnected, milliseconds. The page pings every 25 s. */
export const SOCKET_TIMEOUT_MS = 75_000;
/** The interval between checks of the sockets, milliseconds. */
export const HEARTBEAT_INTERVAL_MS = 60_000;

/**
 * Starts the desk with the sockets that are still attached. The grace period of every other agent begins now, unless it
 * has already begun. Sockets without a recent ping are disconnected here as well: the alarm examines sockets at an
 * interval from the construction, so a desk that is evicted and constructed more often than that would never examine
 * them.
 */
export function wake(draft: Draft, attached: ReadonlyMap<string, Socket>): void {
  draft.isWhole = true;
  for (const [id, socket] of attached) {
    if (isSilent(socket, draft.context.now)) {
      draft.closedSockets.push(id);
      continue;
    }
    draft.sockets.set(id, socket);
    draft.graces.remove(socket.agent);
  }
  draft.agents.forEach((_agent, id) => {
    if (draft.graces.get(id) === undefined) enterGrace(draft, id);
  });
}

/** Records that a page connected, which ends the agent's grace period. The chosen presence does not change. */
export function openSocket(draft: Draft, socket: string, agent: string): void {
  draft.sockets.set(socket, { agent, seenAt: draft.context.now });
  draft.graces.remove(agent);
}

/** Records that a page disconnected. With the agent's last page, the grace period begins. */
export function closeSocket(draft: Draft, socket: string): void {
  const agent = draft.sockets.get(socket)?.agent;
  if (agent === undefined) return;
  draft.sockets.remove(socket);
  enterGrace(draft, agent);
}

/**
 * Handles the alarm: disconnects the sockets without a recent ping, and has everything examined. `pings`: when each
 * socket last sent a ping, epoch ms; the runtime answers pings without waking the desk.
 */
export function runAlarm(draft: Draft, pings: ReadonlyMap<string, number>): void {
  const { now } = draft.context;
  draft.isWhole = true;
  draft.armedBefore = Infinity;
  draft.counters = { ...draft.counters, examinedAt: now };
  draft.sockets.forEach((socket, id) => {
    const seenAt = Math.max(socket.seenAt, pings.get(id) ?? 0);
    if (!isSilent({ seenAt }, now)) {
      if (seenAt !== socket.seenAt) draft.sockets.set(id, { ...socket, seenAt });
      return;
    }
    draft.closedSockets.push(id);
    closeSocket(draft, id);
  });
}

/** Records the presence an agent chose, unless the agent was removed. */
export function choosePresence(draft: Draft, id: string, { state, reason }: Omit<WantedPresence, "since">): void {
  const agent = draft.agents.get(id);
  if (agent !== undefined) draft.agents.set(id, { ...agent, wanted: { state, reason, since: draft.context.now } });
}

/**
 * Stores an invited or changed agent. When the agent's rights to see sessions have changed, the agent's pages are
 * disconnected and must reconnect.
 */
export function saveAgent(draft: Draft, id: string, agent: Agent): void {
  const before = draft.agents.get(id);
  draft.agents.set(id, agent);
  if (before !== undefined && rightsOf(before) !== rightsOf(agent)) disconnect(draft, id);
}

/** Removes an agent. The agent's sessions return to the queue. */
export function removeAgent(draft: Draft, id: string): void {
  draft.agents.remove(id);
  disconnect(draft, id);
  draft.graces.remove(id);
}

/**
 * Closes the sockets of agents who are removed or suspended. Decided from the stored state: the desk may be restarted
 * after the change was stored and before the sockets were closed, and a page may connect with a sign-in from before the
 * change.
 */
export function closeRefusedSockets(draft: Draft): void {
  draft.sockets.forEach(({ agent }, socket) => {
    if (draft.agents.get(agent)?.isSuspended === false) return;
    draft.closedSockets.push(socket);
    closeSocket(draft, socket);
  });
}

/** Returns whether the agent has a page open. */
export function isConnected(draft: Draft, id: string): boolean {
  return draft.sockets.inBucket(id).length > 0;
}

/** Returns the presence that others see: the chosen one, or `offline` when the agent counts as gone (`goneAt`). */
export function actualPresence(draft: Draft, id: string): WantedPresence["state"] {
  const agent = draft.agents.get(id);
  return agent === undefined || goneAt(draft, id) <= draft.context.now ? "offline" : agent.wanted.state;
}

/**
 * Returns from when on the agent counts as gone, epoch ms: the end of the grace period after the last page closed, or
 * after the agent chose `offline`. 0: already, because the agent does not exist or is suspended; Infinity: a page is
 * open and the agent has not chosen `offline`.
 */
export function goneAt(draft: Draft, id: string): number {
  const agent = draft.agents.get(id);
  if (agent === undefined || agent.isSuspended) return 0;
  const connectedUntil = isConnected(draft, id) ? Infinity : (draft.graces.get(id) ?? 0);
  return agent.wanted.state === "offline" ? Math.min(connectedUntil, agent.wanted.since + GRACE_MS) : connectedUntil;
}

function isSilent({ seenAt }: Pick<Socket, "seenAt">, now: number): boolean {
  return now - seenAt > SOCKET_TIMEOUT_MS;
}

function enterGrace(draft: Draft, id: string): void {
  if (!isConnected(draft, id) && draft.agents.get(id) !== undefined) draft.graces.set(id, draft.context.now + GRACE_MS);
}

/** Closes the sockets of an agent's pages. The chosen presence does not change. */
export function disconnect(draft: Draft, id: string): void {
  for (const [socket] of draft.sockets.inBucket(id)) {
    draft.closedSockets.push(socket);
    closeSocket(draft, socket);
  }
}

function rightsOf({ role, teams, isSuspended }: Agent): string {
  return JSON.stringify([role, teams, isSuspended]);
}
