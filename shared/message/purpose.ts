/**
 * Why a message is sent. Replies answer the user; the others are texts of the service itself. The desk's figures and
 * the send reserved for the rating request depend on the purpose.
 */
export const PURPOSES = [
  /** Answers the user: a rule's, a handler's, the API's, later an agent's or a bot's. */
  "reply",
  /** The user entered. */
  "greeting",
  /** The user waits for an agent. */
  "queue",
  /** Outside the hours, or no agent is available. */
  "away",
  /** The user has not answered. */
  "idle",
  /** The session is closed. */
  "closing",
  /** Asks for a rating. */
  "rating",
] as const;

/** Why a message is sent. */
export type Purpose = (typeof PURPOSES)[number];
