/**
 * The id of a send: the same for every attempt of a message part, unique in the deployment, and without the user's id.
 * Platforms that detect a repeated send accept at most 32 characters of `0-9 a-z -` as its id.
 */
import type { MessageAddress } from "./message-id.ts";

/** Digits of the conversation's id that are used: 80 bits; with the longest seq the id has 32 characters. */
const CONVERSATION_DIGITS = 20;

/**
 * Builds the id of a send.
 *
 * @param objectId `stub.id.toString()` of the conversation
 * @param seq the seq of the part's row
 */
export function buildSendId({ objectId, seq }: MessageAddress): string {
  return `${sendIdPrefix(objectId)}${seq.toString(36)}`;
}

/** Returns the prefix of the ids of all sends of a conversation. */
export function sendIdPrefix(objectId: string): string {
  return `${objectId.slice(0, CONVERSATION_DIGITS)}-`;
}
