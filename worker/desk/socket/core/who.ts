/** The agents who view a conversation, and those who type in it; both states expire. Pure. */
import { VIEWING_MS } from "../../../../shared/api/socket.ts";

/** A page that has the conversation open. */
export interface Viewer {
  readonly agent: string;
  /** When the page was last active, epoch ms. */
  readonly aliveAt: number;
  /** Until when the agent counts as typing, epoch ms. */
  readonly typingUntil: number;
}

/** The other agents, by id, sorted. */
export interface Who {
  readonly viewing: readonly string[];
  readonly typing: readonly string[];
}

/** Returns the other viewers of a conversation, for one agent. */
export function findOthers(viewers: readonly Viewer[], agent: string, now: number): Who {
  const others = viewers.filter((viewer) => viewer.agent !== agent && viewer.aliveAt + VIEWING_MS > now);
  const typing = others.filter(({ typingUntil }) => typingUntil > now);
  return { viewing: agentsOf(others), typing: agentsOf(typing) };
}

/** Returns when the next viewer stops typing, epoch ms; Infinity: no viewer is typing, or fewer than two agents view it. */
export function nextTypingEnd(viewers: readonly Viewer[], now: number): number {
  if (new Set(viewers.map(({ agent }) => agent)).size < 2) return Infinity;
  const times = viewers.map(({ typingUntil }) => typingUntil);
  return Math.min(Infinity, ...times.filter((at) => at > now));
}

function agentsOf(viewers: readonly Viewer[]): readonly string[] {
  return [...new Set(viewers.map(({ agent }) => agent))].sort();
}
