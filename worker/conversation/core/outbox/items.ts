/**
 * The queue of messages to one user: adding a message, and finding, changing and removing its items. Decisions about
 * them are in `outbox.ts`.
 */
import { sourceOf, type Author } from "../../../../shared/message/author.ts";
import type { ChannelRules } from "../../../../shared/message/channel-rules.ts";
import type { Outbound } from "../../../../shared/message/outbound.ts";
import type { Purpose } from "../../../../shared/message/purpose.ts";
import type { RowWriter } from "../rows.ts";
import type { ServiceText } from "../session/queued-message.ts";
import type { Service } from "../session/service.ts";
import type { ConversationState, OutboxItem, Sender } from "../state.ts";
import { releaseUse } from "../window.ts";

/** The inputs of a transition besides the state: the channel's rules, the time, randomness and settings. */
export interface TransitionContext {
  readonly rules: ChannelRules;
  /** Epoch ms, read once for the whole transaction. */
  readonly now: number;
  /** A number in [0, 1). */
  readonly random: number;
  /** Number of further attempts for an automatic message after an unconfirmed one. */
  readonly unconfirmedRetries: 0 | 1;
  /** Whether users' pictures are kept in a bucket. */
  readonly keepsPictures?: boolean;
  /** Service by agents of the desk; absent: the settings have no desk, and the conversation has had no session. */
  readonly service?: Service;
}

/** A whole message: its parts are sent one after another and share one id. */
export interface OutgoingMessage {
  readonly parts: readonly Outbound[];
  readonly by: Author;
  readonly purpose: Purpose;
  readonly isAi?: boolean;
  readonly key?: string;
  readonly request?: string;
  /**
   * If WeChat's window refuses the message, it is held for the user's next message until this time, epoch ms; absent:
   * it is not held.
   */
  readonly holdUntil?: number;
  /** Set for a text that the desk sends about a session. */
  readonly serviceText?: ServiceText;
  /**
   * The seq of the user message that this message answers automatically; set when its outcome may change the session.
   */
  readonly answers?: number;
}

/** Returns the sender of a message. */
export function senderOf({ by, serviceText }: Pick<OutgoingMessage, "by" | "serviceText">): Sender {
  const source = sourceOf(by);
  if (serviceText !== undefined) return { source, serviceText };
  return source === "agent" && by.id !== undefined ? { source, agent: by.id } : { source };
}

/** Returns the sender of a message that was queued or held, without its service text. */
export function ownerOf({ source, agent }: Sender): Sender {
  return agent === undefined ? { source } : { source, agent };
}

/** Appends the `out` rows of a message, one for each part. @returns their seqs */
export function appendParts(writer: RowWriter, draft: OutgoingMessage, replyContext: string | null): readonly number[] {
  const { by, purpose, isAi = false, key, request, parts } = draft;
  const common = {
    purpose,
    parts: parts.length,
    ...(isAi && { isAi: true as const }),
    ...(request !== undefined && { request }),
    ...(replyContext !== null && { replyContext }),
  };
  const seqs: number[] = [];
  for (const [index, content] of parts.entries()) {
    const first = seqs[0];
    const facts = { type: content.type, part: index + 1, ...common };
    const named = first === undefined ? { ...(key !== undefined && { key }) } : { ref: first };
    seqs.push(writer.append({ kind: "out", by, facts, content, ...named }));
  }
  return seqs;
}

/** Creates the item of a part that waits for its first attempt. */
export function newItem(seq: number, message: number, sender: Sender, { rules, now }: TransitionContext): OutboxItem {
  const until = now + rules.grants.message.durationMs;
  const tries = { failed: 0, paused: 0 };
  return { seq, message, ...sender, mayRepeat: false, resend: 0, attempt: 0, tries, nextAt: now, until };
}

/** Replaces the item that has the same seq. */
export function replaceItem(state: ConversationState, item: OutboxItem): ConversationState {
  return { ...state, queue: state.queue.map((other) => (other.seq === item.seq ? item : other)) };
}

/** Removes the item with this seq from the queue. */
export function removeItem(state: ConversationState, seq: number): ConversationState {
  return { ...state, queue: state.queue.filter((item) => item.seq !== seq) };
}

/** Releases the reserved send of an item. */
export function release(state: ConversationState, item: OutboxItem): ConversationState {
  return { ...state, window: releaseUse(state.window, item.seq, item.resend) };
}

/** Removes all parts of a message from the queue and releases their reserved sends; `parts` is their number. */
export function removeMessage(
  state: ConversationState,
  message: number,
): { readonly state: ConversationState; readonly parts: number } {
  const parts = state.queue.filter((other) => other.message === message);
  return {
    state: parts.reduce((folded, part) => removeItem(release(folded, part), part.seq), state),
    parts: parts.length,
  };
}
