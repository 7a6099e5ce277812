/**
 * Held messages: kept until the user writes again, then queued (docs/design/0003-reply-window.md). Pure.
 */
import type { RowWriter } from "../rows.ts";
import type { ConversationState, HeldMessage } from "../state.ts";
import { findWindowRefusal, trustClock, reserve } from "../window.ts";
import { type OutgoingMessage, appendParts, type TransitionContext, newItem } from "./items.ts";

/** Keeps a message for the user's next one. */
export function hold(
  state: ConversationState,
  writer: RowWriter,
  draft: OutgoingMessage,
  until: number,
): { readonly state: ConversationState; readonly message: number } {
  const message = appendParts(writer, draft, state.replyContext)[0] ?? 0;
  writer.append({ kind: "held", ref: message, body: { until } });
  const held: HeldMessage = { message, parts: draft.parts.length, source: draft.source, until };
  return { state: { ...state, held: [...state.held, held] }, message };
}

/**
 * The user wrote: held messages go out, oldest first, as many as the window takes. Call `expireHeld` first.
 *
 * When only what was sent in the seconds before the user's message is in their way, WeChat decides: one that it refuses is
 * held again, and one that is not tried would wait for the user's next message.
 */
export function releaseHeld(before: ConversationState, context: TransitionContext): ConversationState {
  const [first, ...rest] = before.held;
  if (first === undefined) return before;
  const isRefused = ({ window }: ConversationState) =>
    findWindowRefusal(window, context.rules, first.parts, context.now) !== undefined;
  const state = isRefused(before) ? { ...before, window: trustClock(before.window) } : before;
  if (isRefused(state)) return before;
  const seqs = Array.from({ length: first.parts }, (_, part) => first.message + part);
  const more = { attempt: first.attempt ?? 0, holdUntil: first.until };
  const items = seqs.map((seq) => {
    const item = newItem(seq, first.message, first.source, context);
    return { ...item, ...more, until: Math.min(item.until, first.until) };
  });
  const window = reserve(state.window, seqs, 0);
  return releaseHeld({ ...state, window, held: rest, queue: [...state.queue, ...items] }, context);
}

/** Held messages whose time is over are given up. */
export function expireHeld(state: ConversationState, writer: RowWriter, now: number): ConversationState {
  const over = state.held.filter((held) => held.until <= now);
  for (const { message } of over) writer.append({ kind: "blocked", ref: message, body: { reason: "hold_expired" } });
  return over.length === 0 ? state : { ...state, held: state.held.filter((held) => held.until > now) };
}
