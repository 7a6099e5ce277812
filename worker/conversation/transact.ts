/**
 * One transition of a conversation: what a step decides and writes, before any of it is stored. It touches nothing.
 */
import { MINI_PROGRAM_RULES } from "../../shared/message/channel-rules.ts";
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

/** What a step came to. */
export interface TransitionResult<T> {
  readonly value: T;
  readonly lease: Lease | undefined;
  /** The state after it, as its record carries it. */
  readonly state: ConversationState;
  /** What it wrote; without any row nothing is to be stored. */
  readonly rows: readonly Row[];
}

/**
 * Takes a step.
 *
 * @param config what of the configuration decides
 * @param now epoch ms
 */
export function runTransition<T>(
  before: ConversationState,
  { unconfirmedRetries }: Pick<TransitionContext, "unconfirmedRetries">,
  now: number,
  step: Transition<T>,
): TransitionResult<T> {
  const context: TransitionContext = { rules: MINI_PROGRAM_RULES, now, random: Math.random(), unconfirmedRetries };
  const writer = writeRows(before.lastSeq, now);
  const { state, lease, value } = step(before, writer, context);
  if (lease !== undefined && state !== before && writer.rows().length === 0) {
    writer.append({ kind: "attempt", ref: lease.seq, body: { attempt: lease.attempt } });
  }
  const webhooks = scheduleCursors(state.webhooks, before.lastSeq, now);
  return { value, lease, state: { ...state, webhooks, lastSeq: writer.last() }, rows: writer.rows() };
}
