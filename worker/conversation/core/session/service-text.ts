/**
 * Queues the texts that the desk sends to users: while they wait, while a session is idle, and at its end. Pure.
 */
import { SYSTEM, type Author } from "../../../../shared/message/author.ts";
import { splitMessage } from "../../../../shared/message/parts.ts";
import { findRefusal } from "../admission.ts";
import type { OutgoingMessage, TransitionContext } from "../outbox/items.ts";
import { enqueue } from "../outbox/outbox.ts";
import type { RowWriter } from "../rows.ts";
import type { ConversationState } from "../state.ts";
import type { Applied, CommandAction } from "./apply.ts";
import { isOutdated } from "./queued-message.ts";
import { NO_SESSION } from "./session.ts";

/** The texts for the end of a session, sent to the user as one message if a send is left. */
export interface EndTexts {
  /** The closing text; absent: none. */
  readonly closing?: string;
  /** The text that asks for a rating, sent only if an agent served the user; absent: none. */
  readonly rating?: string;
}

/**
 * Queues a text of the desk. Refused when the session has changed since the desk decided to send it, when the text
 * cannot be split, or when the window or the control does not allow it.
 */
export function applyServiceText(
  state: ConversationState,
  writer: RowWriter,
  action: Extract<CommandAction, { readonly type: "service_text" }>,
  { by, key }: { readonly by: Author; readonly key?: string },
  context: TransitionContext,
): Applied {
  const { purpose, message, session, lastUserSeq } = action;
  const serviceText = { purpose, session, lastUserSeq };
  if (isOutdated(state.sessions, serviceText)) return { state, refusal: { reason: "stale" } };
  const parts = splitMessage(message, context.rules);
  if (parts === undefined) return { state, refusal: { reason: "unsplittable" } };
  const draft: OutgoingMessage = { parts, by, purpose, serviceText, ...(key !== undefined && { key }) };
  const refused = findRefusal(state, draft, context);
  return refused === undefined ? enqueue(state, writer, draft, context) : { state, refusal: { reason: refused } };
}

/** Queues the closing text and the request for a rating as one message, if there is a text and a send is left. */
export function sendEnd(
  state: ConversationState,
  writer: RowWriter,
  { closing, rating }: EndTexts,
  key: string,
  context: TransitionContext,
): ConversationState {
  const { closed } = state.sessions ?? NO_SESSION;
  if (closed === null) return state;
  const asked = closed.assignee === null ? undefined : rating;
  const texts = [closing, asked].filter((text) => text !== undefined);
  if (texts.length === 0) return state;
  const { seq: session, lastUserSeq } = closed;
  const purpose = asked === undefined ? "closing" : "rating";
  const message = { type: "text", content: texts.join("\n") } as const;
  const text = { type: "service_text", purpose, message, session, lastUserSeq } as const;
  return applyServiceText(state, writer, text, { by: SYSTEM, key: `${key}:end` }, context).state;
}

/** Queues the thanks for the rating of the closed session, if a send is left. */
export function sendThanks(
  state: ConversationState,
  writer: RowWriter,
  content: string,
  context: TransitionContext,
): ConversationState {
  const { closed } = state.sessions ?? NO_SESSION;
  if (closed === null) return state;
  const { seq: session, lastUserSeq } = closed;
  const message = { type: "text", content } as const;
  const text = { type: "service_text", purpose: "thanks", message, session, lastUserSeq } as const;
  return applyServiceText(state, writer, text, { by: SYSTEM }, context).state;
}
