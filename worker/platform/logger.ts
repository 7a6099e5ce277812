/**
 * Structured log lines for Workers Logs: one JSON object a line. Allowed: event names, counts, codes, appids, hashes.
 * Not allowed (docs/reference/promises.md, promise 5): secrets, tokens, keys, openids, message text. Errors of others
 * are logged by name, never by message, because their text may quote a URL with the token in it.
 */

/** The type of a log field; undefined fields are left out. */
export type LogValue = string | number | boolean | undefined;

/**
 * Writes one log line.
 *
 * @param event what happened, snake case, stable, since operators search for it
 * @param fields the facts
 */
export function writeLog(event: string, fields: Readonly<Record<string, LogValue>>): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/**
 * The part of a Durable Object's id that is used here. A string does not fit, so that an openid cannot be passed by
 * mistake.
 */
interface ObjectId {
  equals(other: never): boolean;
  toString(): string;
}

/**
 * How many digits of a conversation's id a log line carries: enough to follow one user in the log, not enough to identify
 * the user.
 */
const USER_DIGITS = 12;

/**
 * The name a user has in the log: the first 12 hex digits of the id of the user's conversation object. The runtime
 * derives it from the conversation's address with its own key, so a guessed openid cannot be tested against it without access to the
 * account or an API key. The public ids of the conversation's messages begin with the same digits: so its log lines can
 * be found from such an id.
 */
export function conversationTag(conversation: ObjectId): string {
  return conversation.toString().slice(0, USER_DIGITS);
}

/**
 * The part of an error that may be logged: its name. Its message may quote a URL with a token in it, or a user's text.
 */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
