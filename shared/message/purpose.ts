/**
 * Why a message is sent. A `reply` answers the user; the other purposes are messages of the service itself. The desk's
 * statistics and the send reserved for the rating request depend on the purpose.
 */
export const PURPOSES = [
  /** Answers the user: from a rule, a handler, the API, an agent or a bot. */
  "reply",
  /** Greets the user on entering the chat. */
  "greeting",
  /** Reports the position in the queue. */
  "queue",
  /** The answer `offHours` outside business hours, or the desk's text when no agent is available. */
  "away",
  /** Sent when a session has had no message for some time. */
  "idle",
  /** Sent when the session is closed. */
  "closing",
  /** Asks for a rating. */
  "rating",
  /** Thanks the user for a rating. */
  "thanks",
] as const;

/** Why a message is sent. */
export type Purpose = (typeof PURPOSES)[number];
