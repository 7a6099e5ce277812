/**
 * The conversations that the agent is taking on this page, by a command or by a reply: when the lists have them as the
 * agent's, they are not marked as given to the agent.
 */
import { listArrived } from "../model/arrivals.ts";
import type { DeskState } from "../model/state.ts";

/** Remembers which conversations are being taken. */
export interface Taking {
  /**
   * Runs a request that makes the agent the assignee. The conversation counts as being taken from now on, because the
   * frame with the session may arrive before or after the answer; no longer when the request fails or the frame
   * arrived.
   */
  readonly while: <T>(conversation: string, work: () => Promise<T>) => Promise<T>;
  /** Marks the sessions that were given to the agent by frames. @returns the state after the frames, with the marks */
  readonly markArrived: (before: DeskState, after: DeskState) => DeskState;
}

/** Creates the record; at first nothing is being taken. @param you the agent's id */
export function createTaking(you: string): Taking {
  const taking = new Set<string>();
  return {
    async while(conversation, work) {
      taking.add(conversation);
      try {
        return await work();
      } catch (error) {
        taking.delete(conversation);
        throw error;
      }
    },
    markArrived(before, after) {
      const arrived = listArrived(before, after, taking);
      for (const conversation of taking)
        if (after.rows.get(conversation)?.session.assignee === you) taking.delete(conversation);
      return arrived === after.arrived ? after : { ...after, arrived };
    },
  };
}
