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
  /** Sent outside the business hours, or when no agent is available. */
  "away",
  /** Sent when the user has not answered for some time. */
  "idle",
  /** Sent when the session is closed. */
  "closing",
  /** Asks for a rating. */
  "rating",
] as const;

/** Why a message is sent. */
export type Purpose = (typeof PURPOSES)[number];
