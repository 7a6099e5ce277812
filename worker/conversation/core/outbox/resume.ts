/**
 * Sets messages that wait for the app to be due, after a pause was lifted or an access token is available again. Pure;
 * time and randomness are arguments.
 */
import type { ConversationState, OutboxItem } from "../state.ts";
import { waitReasonOf } from "./waiting.ts";

/** Returns whether an item waits for the end of a pause or for a token. */
export function waitsForApp({ lease, lastAttempt }: OutboxItem): boolean {
  if (lease !== undefined || lastAttempt === undefined) return false;
  const reason = waitReasonOf(lastAttempt);
  return reason === "paused" || reason === "no_token";
}

/**
 * Sets messages that wait for the app to be due at `at`.
 *
 * @param at epoch ms; messages that are due earlier keep their time
 * @returns the same object when nothing changes
 */
export function makeDue(state: ConversationState, at: number): ConversationState {
  const isLater = (item: OutboxItem) => waitsForApp(item) && item.nextAt > at;
  if (!state.queue.some(isLater)) return state;
  return { ...state, queue: state.queue.map((item) => (isLater(item) ? { ...item, nextAt: at } : item)) };
}
