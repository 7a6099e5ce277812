/**
 * The relation of a queued message to a session: a text of the desk concerns one session, and a split message of which
 * the first parts were sent is completed. Pure.
 */
import type { Purpose } from "../../../../shared/message/purpose.ts";
import type { OutboxItem } from "../state.ts";
import type { SessionState } from "./session.ts";

/**
 * The state on which a text of the desk is based: the text is dropped when the state has changed (DESK_PROTOCOL rule
 * 16).
 */
export interface ServiceText {
  readonly purpose: ServicePurpose;
  /** The session, by its seq. */
  readonly session: number;
  /** The user's newest message, by the seq of its row; 0: none. */
  readonly lastUserSeq: number;
}

/** Why the desk sends a text of its own. */
export type ServicePurpose = Exclude<Purpose, "reply" | "greeting">;

/** Returns whether the session of a text has been followed by another one, or the user has written since then. */
export function isOutdated(sessions: SessionState | undefined, { session, lastUserSeq }: ServiceText): boolean {
  const { open = null, closed = null } = sessions ?? {};
  if (open !== null) return open.seq !== session || open.lastUserSeq !== lastUserSeq;
  // A message after the end would have opened another session.
  return closed?.seq !== session;
}

/** Returns whether the first part of a split message has left the queue, or is being sent. */
export function isBegun(queue: readonly OutboxItem[], { message }: OutboxItem): boolean {
  return !queue.some((other) => other.seq === message && other.lease === undefined);
}
