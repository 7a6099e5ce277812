/**
 * From a request to the conversation it is about.
 */
import type { Context } from "hono";
import { parseMessageId } from "../../../shared/message/message-id.ts";
import type { AppEnv } from "../../app-env.ts";
import type { SubmitInput } from "../../domain/conversation.ts";
import type { RowDraft } from "../../domain/log.ts";
import type { MessageState } from "../../domain/message-state.ts";
import { conversationStub, conversationStubById } from "../../objects/conversation-client.ts";
import type { ConversationView, Owner, ReplayKnown, SubmitAnswer } from "../../objects/conversation-model.ts";
import type { Conversation } from "../../objects/conversation.ts";
import { directoryOf } from "../carry-background.ts";
import { appOf } from "./choose-app.ts";

/**
 * What the API asks of a conversation. Written out because workers-types' own view of a stub follows the recursive
 * `WireValue` in a row until the compiler gives up (TS2589).
 */
export interface RemoteConversation {
  readonly id: DurableObjectId;
  submit(owner: Owner, input: SubmitInput, claim: string): Promise<SubmitAnswer>;
  view(limit: number): Promise<ConversationView | null>;
  rows(after: number, limit: number): Promise<readonly RowDraft[] | null>;
  message(appid: string, seq: number): Promise<MessageState | null>;
  businessId(): Promise<string | null>;
  replay(webhookId: string, after: number, known?: ReplayKnown): Promise<number | null>;
  erase(): Promise<boolean>;
}

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
