/** What the composer allows and says, from the session, the quota and the text. Pure. */
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { countSends, type Quota } from "./quota.ts";
import type { Rights } from "./rights.ts";

/** Why a reply cannot be written; null: it can. */
export type Obstacle = "others" | "no_right" | "ended" | NonNullable<Quota["closed"]> | null;

/** The maximum number of characters of a note. */
export const MAX_NOTE = 2_000;

/** The session of a conversation that is in none of the page's lists, by the rows that were read. */
export interface Unlisted {
  readonly isOpen: boolean;
  readonly assignee: string | null;
}

/** Returns why no reply can be written. @param row the session as listed; null: it is not listed */
export function findObstacle(
  row: DeskRow | null,
  rights: Rights | null,
  quota: Quota,
  you: string,
  unlisted: Unlisted,
): Obstacle {
  if (row === null || rights === null) {
    if (!unlisted.isOpen) return "ended";
    return unlisted.assignee === null ? "no_right" : "others";
  }
  const { assignee } = row.session;
  if (assignee !== null && assignee !== you) return "others";
  if (!rights.reply) return "no_right";
  return quota.closed;
}

/** Whether a message can wait for the user's next one in spite of an obstacle. */
export function canHold(obstacle: Obstacle): boolean {
  return obstacle === "used_up" || obstacle === "over";
}

/** What a reply will use. */
export interface Cost {
  readonly sends: number;
  /** `too_many`: more than is left; `too_long`: more than one message can be split into. */
  readonly problem: "too_many" | "too_long" | null;
}

/** Returns what a text uses. @param isHeld it waits for the user's next message, which brings a quota of its own */
export function costOf(text: string, quota: Quota, isHeld: boolean): Cost {
  const sends = countSends(text);
  if (sends === null) return { sends: 0, problem: "too_long" };
  return { sends, problem: !isHeld && sends > quota.left ? "too_many" : null };
}
