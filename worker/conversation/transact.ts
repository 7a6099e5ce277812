/**
 * Computes one transition of a conversation: its decisions and rows, before any of them is stored. Has no side effects.
 */
import { scheduleCursors } from "./core/consumer-cursor.ts";
import type { Lease, TransitionContext } from "./core/outbox/outbox.ts";
import { writeRows, type Row, type RowWriter } from "./core/rows.ts";
import type { ConversationState } from "./core/state.ts";

/** A transition with a value for the caller. */
export type Transition<T> = (
  state: ConversationState,
  writer: RowWriter,
  context: TransitionContext,
) => { readonly state: ConversationState; readonly lease?: Lease; readonly value: T };

/** The result of a transition. */
export interface TransitionResult<T> {
  readonly value: T;
  readonly lease: Lease | undefined;
  /** The state after the transition, as stored with its record. */
  readonly state: ConversationState;
  /** The rows that were written; when empty, nothing has to be stored. */
  readonly rows: readonly Row[];
}

/** Runs a transition. */
export function runTransition<T>(
  before: ConversationState,
  context: TransitionContext,
  step: Transition<T>,
): TransitionResult<T> {
  const writer = writeRows(before.lastSeq, context.now);
  const { state, lease, value } = step(before, writer, context);
  if (lease !== undefined && state !== before && writer.rows().length === 0) {
    writer.append({ kind: "attempt", ref: lease.seq, facts: { attempt: lease.attempt } });
  }
  const consumers = scheduleCursors(state.consumers, before.lastSeq, context.now);
  return { value, lease, state: { ...state, consumers, lastSeq: writer.last() }, rows: writer.rows() };
}
