/**
 * Chooses the entry method of a button, so that a tap always has an effect: the preferred method, else the other one if
 * the page allows it, else a dialogue with instructions. Pure.
 */
import type { Capability, Limit } from "../helpers/support.ts";

/** An entry method, supported by WeChat: a way to open customer service. */
export type Way = "contact" | "chat";

/**
 * What a tap does: WeChat opens the chat (`contact`), the package opens it (`chat`), or a dialogue shows instructions
 * (`help`).
 */
export type Mode = Way | "help";

/**
 * Why each entry method is unavailable; undefined when it is available. `refused`: WeChat refused when it was tried.
 */
export interface Obstacles {
  readonly contact: Limit | "refused" | undefined;
  readonly chat: Limit | "refused" | "no_address" | undefined;
}

/** What the choice of the entry method depends on. */
export interface Ways {
  readonly obstacles: Obstacles;
  /** Methods reported not to work on this client: used only when no other method is available. */
  readonly doubted: ReadonlySet<Way>;
}

/** The chosen entry method, and why the preferred one is unavailable; undefined: it is available. */
export interface EntryPlan {
  readonly mode: Mode;
  readonly obstacle: Obstacles[Way];
}

/**
 * Chooses an entry method; `help` when none is available. A doubted one is chosen only when no other is available.
 *
 * @param ways the methods in order of preference
 */
export function planEntry(ways: readonly Way[], { obstacles, doubted }: Ways): EntryPlan {
  const first = ways[0];
  const obstacle = first === undefined ? undefined : obstacles[first];
  const open = ways.filter((way) => obstacles[way] === undefined);
  return { mode: open.find((way) => !doubted.has(way)) ?? open[0] ?? "help", obstacle };
}

/**
 * Returns why entry methods are unavailable on a client. @param has whether the address of the WeCom service desk is
 * set
 */
export function findObstacles(limitOf: (capability: Capability) => Limit | undefined, has: boolean): Obstacles {
  return { contact: limitOf("contact"), chat: has ? limitOf("chat") : "no_address" };
}
