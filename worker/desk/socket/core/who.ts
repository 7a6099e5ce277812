/** Who views a conversation, and who is typing in it: both expire by themselves. Pure. */
import { VIEWING_MS } from "../../../../shared/api/socket.ts";

/** A page that has the conversation open. */
export interface Viewer {
  readonly agent: string;
  /** When the page was last active, epoch ms. */
  readonly aliveAt: number;
  /** Until when the agent counts as typing, epoch ms. */
  readonly typingUntil: number;
}

/** The other agents, by id, in order. */
export interface Who {
  readonly viewing: readonly string[];
  readonly typing: readonly string[];
}

/** Returns who else views a conversation, as one agent is shown it. */
export function findOthers(viewers: readonly Viewer[], agent: string, now: number): Who {
  const others = viewers.filter((viewer) => viewer.agent !== agent && viewer.aliveAt + VIEWING_MS > now);
  const typing = others.filter(({ typingUntil }) => typingUntil > now);
  return { viewing: agentsOf(others), typing: agentsOf(typing) };
}

/** Returns when time alone changes what is shown, epoch ms; Infinity: never, because no other agent views it. */
export function nextExpiry(viewers: readonly Viewer[], now: number): number {
  if (new Set(viewers.map(({ agent }) => agent)).size < 2) return Infinity;
  const times = viewers.flatMap(({ aliveAt, typingUntil }) => [aliveAt + VIEWING_MS, typingUntil]);
  return Math.min(Infinity, ...times.filter((at) => at > now));
}

function agentsOf(viewers: readonly Viewer[]): readonly string[] {
  return [...new Set(viewers.map(({ agent }) => agent))].sort();
}
