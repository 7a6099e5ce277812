/**
 * The public id of a message: the id of its conversation's object and its row, so that `GET /messages/:id` needs no
 * openid in the URL. Opaque to callers.
 */

/** A parsed message id. */
export interface MessageAddress {
  /** The Durable Object's id, 64 hex digits. */
  readonly objectId: string;
  /** The seq of the first part's row. */
  readonly seq: number;
}

const FORM = /^([0-9a-f]{64})-([0-9a-z]{1,11})$/;

/**
 * Builds an id.
 *
 * @param objectId `stub.id.toString()`
 * @param seq a positive safe integer
 */
export function buildMessageId({ objectId, seq }: MessageAddress): string {
  return `${objectId}-${seq.toString(36)}`;
}

/** Parses an id; undefined when `buildMessageId` cannot have made it. */
export function parseMessageId(id: string): MessageAddress | undefined {
  const [, objectId, digits] = FORM.exec(id) ?? [];
  if (objectId === undefined || digits === undefined) return undefined;
  const seq = Number.parseInt(digits, 36);
  // Only one spelling of a number is valid: "01" equals "1", but is not an id.
  const isCanonical = Number.isSafeInteger(seq) && seq > 0 && seq.toString(36) === digits;
  return isCanonical ? { objectId, seq } : undefined;
}
