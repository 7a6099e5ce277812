/**
 * Finds rows that the desk shows again after they ended. Runs after each step of a story, because a later step may
 * remove them.
 */
import { generationOf } from "../../worker/conversation/core/log-id.ts";
import type { DeskWorld } from "./desk-world.ts";

/**
 * Finds rows that must not be shown: of an erased log whose erasure the desk has confirmed, or older than what the desk
 * has learned. A desk that was restarted may have forgotten the newer state; then the row must be marked for
 * verification (DESK_PROTOCOL rules 2 to 5).
 */
export function findGhosts(world: DeskWorld): readonly string[] {
  const { entries } = world.desk().tables;
  return world.ids.flatMap((name) => {
    const entry = entries.values.get(name);
    if (entry === undefined) return [];
    const generation = generationOf(entry.log);
    const note = world.the(name).note();
    if (note?.isPending === false && generation <= generationOf(note.log))
      return [`${name} has an entry of an erased log`];
    const learned = world.learned(name);
    if (learned === undefined) return [];
    const isOlder = generation < generationOf(learned.log) || (entry.log === learned.log && entry.to < learned.to);
    const isForgotten = learned.desk !== world.incarnation() && entry.isUnverified;
    return isOlder && !isForgotten ? [`${name} has an entry that is older than what the desk has learned`] : [];
  });
}
