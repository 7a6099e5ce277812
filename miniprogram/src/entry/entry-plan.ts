/**
 * Which way a button opens, so that a tap always has an effect: the preferred way, else the other one if the page
 * allows it, else a dialogue with instructions. Pure.
 */
import type { Capability, Limit } from "../helpers/support.ts";

/** A way into customer service that WeChat supports. */
export type Way = "contact" | "chat";

/** What a tap does: WeChat opens the chat by itself, we open it, or we explain. */
export type Mode = Way | "help";

/** The obstacle of each way: undefined when it is open. `refused`: WeChat refused when it was tried. */
export interface Obstacles {
  readonly contact: Limit | "refused" | undefined;
  readonly chat: Limit | "refused" | "no_address" | undefined;
}

/** The properties of the client that decide. */
export interface Ways {
  readonly obstacles: Obstacles;
  /** Reported not to work here: used only when no other way is open. */
  readonly doubted: ReadonlySet<Way>;
}

/** The chosen way, and why it is not the preferred one. */
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

/** The obstacles of a client. @param has whether the address of the WeCom service desk is set */
export function findObstacles(limitOf: (capability: Capability) => Limit | undefined, has: boolean): Obstacles {
  return { contact: limitOf("contact"), chat: has ? limitOf("chat") : "no_address" };
}
