/**
 * The id of a send: the same for every attempt of a message part, unique in the deployment, and without its user. Platforms
 * that recognise a repeated send take at most 32 characters of `0-9 a-z -` as its id.
 */
import type { MessageAddress } from "./message-id.ts";

/** Digits of the conversation's id: 80 bits, and with the longest seq 32 characters. */
const CONVERSATION_DIGITS = 20;

/**
 * @param objectId `stub.id.toString()` of the conversation
 * @param seq the part's row
 */
export function buildSendId({ objectId, seq }: MessageAddress): string {
  return `${sendIdPrefix(objectId)}${seq.toString(36)}`;
}

/** The prefix of the ids of all sends of a conversation. */
export function sendIdPrefix(objectId: string): string {
  return `${objectId.slice(0, CONVERSATION_DIGITS)}-`;
}
