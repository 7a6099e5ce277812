/**
 * From a request to the conversation it is about.
 */
import type { Context } from "hono";
import { parseMessageId } from "../../shared/message/message-id.ts";
import { conversationStub, conversationStubById } from "../conversation/client.ts";
import type { Owner, RemoteConversation } from "../conversation/rpc.ts";
import type { Conversation } from "../objects/conversation.ts";
import type { AppEnv } from "../routes/http/app-env.ts";
import { appOf } from "../routes/http/choose-account.ts";
import { directoryOf } from "./delivery/after-response.ts";

/**
 * A user of the chosen app, with the object that holds the conversation.
 *
 * @param timeoutMs the deadline of each call, `CONVERSATION_CALL_MS` by default
 */
export function findConversation(
  c: Context<AppEnv>,
  openid: string,
  timeoutMs?: number,
): { readonly owner: Owner; readonly conversation: RemoteConversation } {
  const owner = { appid: appOf(c).appid, openid };
  return { owner, conversation: toRemote(conversationStub(directoryOf(c), owner, timeoutMs)) };
}

/** The conversation and row a message id speaks of; undefined when it is none of ours. */
export function findMessage(
  c: Context<AppEnv>,
  id: string,
): { readonly seq: number; readonly conversation: RemoteConversation } | undefined {
  const address = parseMessageId(id);
  const conversation = address && findObject(c, address.objectId);
  return address && conversation && { seq: address.seq, conversation };
}

/** The conversation in an object; undefined when it is none of ours. It may be of another app: the object knows. */
export function findObject(c: Context<AppEnv>, objectId: string): RemoteConversation | undefined {
  const { namespace, locationHint } = directoryOf(c);
  try {
    return toRemote(conversationStubById(namespace, objectId, { locationHint }));
  } catch (error) {
    // The runtime knows its own ids by a check sum; another's is a TypeError.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function toRemote(stub: DurableObjectStub<Conversation>): RemoteConversation {
  const remote: unknown = stub;
  return remote as RemoteConversation;
}
