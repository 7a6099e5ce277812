/**
 * What a queued message has to do with a session: a text of the desk's is about one, and a split message that has begun
 * to arrive is finished. Pure.
 */
import type { Purpose } from "../../../../shared/message/purpose.ts";
import type { OutboxItem } from "../state.ts";
import type { SessionState } from "./session.ts";

/** What a text of the desk's was decided on: it is dropped when that has changed (DESK_PROTOCOL rule 16). */
export interface ServiceText {
  readonly purpose: ServicePurpose;
  /** The session, by its seq. */
  readonly session: number;
  /** The user's newest message, by its row; 0: none. */
  readonly lastUserSeq: number;
}

/** Why the desk sends a text of its own. */
export type ServicePurpose = Exclude<Purpose, "reply" | "greeting">;

/** Whether the session of a text has ended for another one, or the user has written since. */
export function isOutdated(sessions: SessionState | undefined, { session, lastUserSeq }: ServiceText): boolean {
  const { open = null, closed = null } = sessions ?? {};
  if (open !== null) return open.seq !== session || open.lastUserSeq !== lastUserSeq;
  // A message after the end would have opened another session.
  return closed?.seq !== session;
}

/** Whether the first part of a waiting part's message has left the queue, or is being sent. */
export function isBegun(queue: readonly OutboxItem[], { message }: OutboxItem): boolean {
  return !queue.some((other) => other.seq === message && other.lease === undefined);
}
