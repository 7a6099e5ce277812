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
  /** The seq of the session. */
  readonly session: number;
  /** The seq of the user's newest message; 0: none. */
  readonly lastUserSeq: number;
}

/** Why the desk sends a text of its own. */
export type ServicePurpose = Exclude<Purpose, "reply" | "greeting">;

/** The texts that are sent after the end of a session. */
const AFTER_END: ReadonlySet<ServicePurpose> = new Set<ServicePurpose>(["closing", "rating", "thanks"]);

/**
 * Returns whether a text may no longer be sent: its session has been followed by another one, the user has written since
 * then, or the session has ended and the text is for an open one.
 */
export function isOutdated(sessions: SessionState | undefined, text: ServiceText): boolean {
  const { open = null, closed = null } = sessions ?? {};
  if (open === null && !AFTER_END.has(text.purpose)) return true;
  const session = open ?? closed;
  return session?.seq !== text.session || session.lastUserSeq !== text.lastUserSeq;
}

/** Returns whether the first part of a split message has left the queue, or is being sent. */
export function isBegun(queue: readonly OutboxItem[], { message }: OutboxItem): boolean {
  return !queue.some((other) => other.seq === message && other.lease === undefined);
}
