/**
 * Why a message is sent. A `reply` answers the user; the other purposes are messages of the service itself. The desk's
 * statistics and the send reserved for the rating request depend on the purpose.
 */
export const PURPOSES = [
  /** Answers the user: from a rule, a handler or the API; later also an agent or a bot. */
  "reply",
  /** Greets the user on entering the chat. */
  "greeting",
  /** Reports the position in the queue. */
  "queue",
  /** Outside the business hours, or no agent is available. */
  "away",
  /** The user has not answered for some time. */
  "idle",
  /** The session is closed. */
  "closing",
  /** Asks for a rating. */
  "rating",
] as const;

/** Why a message is sent. */
export type Purpose = (typeof PURPOSES)[number];
