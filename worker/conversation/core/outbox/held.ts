/**
 * Held messages: kept until the user writes again, then queued (docs/design/0003-reply-window.md). Pure.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import type { Author } from "../../../../shared/message/author.ts";
import type { RowWriter } from "../rows.ts";
import type { ConversationState, HeldMessage } from "../state.ts";
import { findWindowRefusal, trustClock, reserve } from "../window.ts";
import { type OutgoingMessage, appendParts, type TransitionContext, newItem, ownerOf, senderOf } from "./items.ts";

/** Holds a message until the user's next message; returns the state and the message's seq. */
export function hold(
  state: ConversationState,
  writer: RowWriter,
  draft: OutgoingMessage,
  until: number,
): { readonly state: ConversationState; readonly message: number } {
  const message = appendParts(writer, draft, state.replyContext)[0] ?? 0;
  writer.append({ kind: "held", ref: message, facts: { until } });
  const held: HeldMessage = { message, parts: draft.parts.length, ...senderOf(draft), until };
  return { state: { ...state, held: [...state.held, held] }, message };
}

/**
 * Queues held messages after the user wrote, oldest first, up to the number that the window allows. Call `expireHeld`
 * first.
 *
 * When the window is full only because of messages sent in the seconds before the user's message, the held messages are
 * queued and WeChat decides: a refused message is held again. Otherwise they would wait for the user's next message.
 */
export function releaseHeld(before: ConversationState, context: TransitionContext): ConversationState {
  const [first, ...rest] = before.held;
  if (first === undefined) return before;
  const isRefused = ({ window }: ConversationState) =>
    findWindowRefusal(window, context.rules, first.parts, context.now) !== undefined;
  const state = isRefused(before) ? { ...before, window: trustClock(before.window) } : before;
  if (isRefused(state)) return before;
  const seqs = partsOf(first);
  const more = { attempt: first.attempt ?? 0, holdUntil: first.until };
  const items = seqs.map((seq) => {
    const item = newItem(seq, first.message, ownerOf(first), context);
    return { ...item, ...more, until: Math.min(item.until, first.until) };
  });
  const window = reserve(state.window, seqs, 0);
  return releaseHeld({ ...state, window, held: rest, queue: [...state.queue, ...items] }, context);
}

/** Returns the seqs of a held message's parts. */
export function partsOf({ message, parts }: HeldMessage): readonly number[] {
  return Array.from({ length: parts }, (_, part) => message + part);
}

/** Blocks held messages whose time has expired. */
export function expireHeld(state: ConversationState, writer: RowWriter, now: number): ConversationState {
  const over = state.held.filter((held) => held.until <= now);
  for (const { message } of over) writer.append({ kind: "blocked", ref: message, facts: { reason: "hold_expired" } });
  return over.length === 0 ? state : { ...state, held: state.held.filter((held) => held.until > now) };
}

/**
 * Why a message cannot be withdrawn. `not_held`: it is no longer held; `no_right`: an agent may not withdraw a message
 * that no agent wrote.
 */
export type WithdrawRefusal = "not_held" | "no_right";

/** Withdraws a held message before it is sent; returns the state, or why the message cannot be withdrawn. */
export function withdraw(
  state: ConversationState,
  writer: RowWriter,
  message: number,
  { by, key }: { readonly by: Author; readonly key: string },
): Result<ConversationState, WithdrawRefusal> {
  const withdrawn = state.held.find((held) => held.message === message);
  if (withdrawn === undefined) return err("not_held");
  if (by.type === "agent" && withdrawn.agent === undefined) return err("no_right");
  writer.append({ kind: "blocked", ref: message, by, key, facts: { reason: "withdrawn" } });
  return ok({ ...state, held: state.held.filter((held) => held !== withdrawn) });
}
