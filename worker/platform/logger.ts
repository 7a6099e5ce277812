/**
 * Structured log lines for Workers Logs: one JSON object per line. Allowed: event names, counts, codes, appids, hashes.
 * Not allowed (docs/reference/promises.md, promise 5): secrets, tokens, keys, openids, message text. Errors thrown by
 * other code are logged by name, never by message, because their text may quote a URL that contains the token.
 */

/** The type of a log field; undefined fields are left out. */
export type LogValue = string | number | boolean | undefined;

/**
 * Writes one log line.
 *
 * @param event what happened, in snake case; stable, because operators search for it
 * @param fields the data of the event
 */
export function writeLog(event: string, fields: Readonly<Record<string, LogValue>>): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/**
 * The part of a Durable Object's id that is used. The type excludes strings, so that an openid cannot be passed by
 * mistake.
 */
interface ObjectId {
  equals(other: never): boolean;
  toString(): string;
}

/**
 * The number of digits of a conversation's id in a log line: enough to follow one user in the log, not enough to
 * identify the user.
 */
const USER_DIGITS = 12;

/**
 * Returns the name of a user in the log: the first 12 hex digits of the id of the user's conversation object. The
 * runtime derives the id from the conversation's address with its own key, so a guessed openid cannot be tested against
 * it without access to the account or an API key. The public ids of the conversation's messages begin with the same
 * digits, so its log lines can be found from such an id.
 */
export function conversationTag(conversation: ObjectId): string {
  return conversation.toString().slice(0, USER_DIGITS);
}

/**
 * Returns the part of an error that may be logged: its name, or `unknown` for a value that is not an Error. The message
 * may quote a URL with a token, or a user's text.
 */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : "unknown";
}
