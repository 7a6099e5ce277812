/** Finds a conversation by an address, a message id or an object id. */
import type { Address } from "../../shared/message/address.ts";
import { parseMessageId } from "../../shared/message/message-id.ts";
import { conversationStub, conversationStubById } from "../conversation/client.ts";
import type { RemoteConversation } from "../conversation/rpc.ts";
import type { Services } from "./services.ts";

/**
 * Returns a stub of the conversation with an address.
 *
 * @param timeoutMs the timeout of each call, milliseconds; default `CONVERSATION_CALL_MS`
 */
export function findConversation({ directory }: Services, address: Address, timeoutMs?: number): RemoteConversation {
  return conversationStub(directory, address, timeoutMs);
}

/** Returns the conversation and the row of a message id; undefined when this worker cannot have issued the id. */
export function findMessage(
  services: Services,
  id: string,
): { readonly seq: number; readonly conversation: RemoteConversation } | undefined {
  const address = parseMessageId(id);
  const conversation = address && findConversationById(services, address.objectId);
  return address && conversation && { seq: address.seq, conversation };
}

/**
 * Returns the conversation with an object id; undefined when the id is not of this namespace. It may belong to another
 * account: the object checks that.
 */
export function findConversationById({ directory }: Services, objectId: string): RemoteConversation | undefined {
  const { namespace, locationHint } = directory;
  try {
    return conversationStubById(namespace, objectId, { locationHint });
  } catch (error) {
    // The runtime recognises the ids of the namespace by a checksum and throws a TypeError for any other.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
