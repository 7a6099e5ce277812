/**
 * Why a message waits: `paused` WeChat refused the whole app or all its sending · `no_token` there is no access token ·
 * `retry` WeChat was busy or could not be reached · `unconfirmed` an attempt had no outcome; an automatic message is
 * sent once more · `order` another message to the same user is sent first · `held` it is kept for the user's next
 * message · `due` it is about to be sent.
 */
export const WAIT_REASONS = ["paused", "no_token", "retry", "unconfirmed", "order", "held", "due"] as const;

/** A waiting reason. */
export type WaitReason = (typeof WAIT_REASONS)[number];

/** The status of a message or of one of its parts. */
export type MessageStatus = "queued" | "sending" | "retrying" | "held" | "sent" | "failed" | "blocked" | "unconfirmed";
