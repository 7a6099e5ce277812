/** What the agent may write and what the composer shows, computed from the session, the quota and the text. Pure. */
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { countSends, type Quota } from "./quota.ts";
import type { Rights } from "./rights.ts";

/** Why the agent cannot write a reply; null: a reply is possible. */
export type Obstacle = "others" | "no_right" | "ended" | NonNullable<Quota["closed"]> | null;

/** The session of a conversation that is in none of the page's lists, taken from the rows that were read. */
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

/** Returns whether a message can wait for the user's next message although there is an obstacle. */
export function canHold(obstacle: Obstacle): boolean {
  return obstacle === "used_up" || obstacle === "over";
}

/**
 * What the composer offers for a reply. `send`: the input, which sends; `hold`: the input, whose text is kept for the
 * user's next message; `blocked`: the input, which cannot send; `panel`: the reason instead of the input.
 */
export type Offer = "send" | "hold" | "blocked" | "panel";

/**
 * Returns what the composer offers. The input stays while the agent has a text or the cursor in it: an obstacle that
 * arises meanwhile must not remove it.
 *
 * @param isHeld whether the agent has chosen to write for the user's next message
 * @param isWriting whether the input has a text or the cursor
 */
export function offerOf(obstacle: Obstacle, isHeld: boolean, isWriting: boolean): Offer {
  if (obstacle === null) return isHeld ? "hold" : "send";
  if (!isWriting && !(isHeld && canHold(obstacle))) return "panel";
  return canHold(obstacle) ? "hold" : "blocked";
}

/** The part of the quota that a reply will use. */
export interface Cost {
  readonly sends: number;
  /** `too_many`: more than is left; `too_long`: more than one message can be split into. */
  readonly problem: "too_many" | "too_long" | null;
}

/**
 * Returns the part of the quota that a text uses. @param isHeld the message waits for the user's next one, which
 * renews the quota
 */
export function costOf(text: string, quota: Quota, isHeld: boolean): Cost {
  const sends = countSends(text);
  if (sends === null) return { sends: 0, problem: "too_long" };
  return { sends, problem: !isHeld && sends > quota.left ? "too_many" : null };
}
