/**
 * Which way a button opens, so that none is ever dead: the way it prefers, else the other one if the page allows it,
 * else a dialogue that says what to do. Pure.
 */
import type { Capability, Limit } from "../helpers/support.ts";

/** A way into customer service that WeChat knows. */
export type Way = "contact" | "chat";

/** What a tap does: WeChat opens the chat by itself, we open it, or we explain. */
export type Mode = Way | "help";

/** What stands in the way, per way: undefined when open. `refused`: WeChat said no when it was tried. */
export interface Obstacles {
  readonly contact: Limit | "refused" | undefined;
  readonly chat: Limit | "refused" | "no_address" | undefined;
}

/** The client as far as it decides. */
export interface Ways {
  readonly obstacles: Obstacles;
  /** Reported dead here: taken only when nothing else is open. */
  readonly doubted: ReadonlySet<Way>;
}

/** The way taken, and why not the preferred one. */
export interface EntryPlan {
  readonly mode: Mode;
  readonly obstacle: Obstacles[Way];
}

/** @param ways in order of preference */
export function planEntry(ways: readonly Way[], { obstacles, doubted }: Ways): EntryPlan {
  const first = ways[0];
  const obstacle = first === undefined ? undefined : obstacles[first];
  const open = ways.filter((way) => obstacles[way] === undefined);
  return { mode: open.find((way) => !doubted.has(way)) ?? open[0] ?? "help", obstacle };
}

/** The obstacles of a client. @param has the address of the WeCom service desk is known */
export function findObstacles(limitOf: (capability: Capability) => Limit | undefined, has: boolean): Obstacles {
  return { contact: limitOf("contact"), chat: has ? limitOf("chat") : "no_address" };
}
