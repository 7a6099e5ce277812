/**
 * One transition of a conversation: what a step decides and writes, before any of it is stored. It touches nothing.
 */
import { MINI_PROGRAM } from "../../shared/message/channel-rules.ts";
import { wakeCursors } from "./core/consumer-cursor.ts";
import type { Lease, OutboxContext } from "./core/outbox/outbox.ts";
import { writeRows, type RowDraft, type RowWriter } from "./core/rows.ts";
import type { ConversationState } from "./core/state.ts";

/** A transition with a value for the caller. */
export type Step<T> = (
  state: ConversationState,
  writer: RowWriter,
  context: OutboxContext,
) => { readonly state: ConversationState; readonly lease?: Lease; readonly value: T };

/** What a step came to. */
export interface Taken<T> {
  readonly value: T;
  readonly lease: Lease | undefined;
  /** The state after it, as its record carries it. */
  readonly state: ConversationState;
  /** What it wrote; without any row nothing is to be stored. */
  readonly rows: readonly RowDraft[];
}

/**
 * Takes a step.
 *
 * @param config what of the configuration decides
 * @param now epoch ms
 */
export function takeStep<T>(
  before: ConversationState,
  { unconfirmedRetries }: Pick<OutboxContext, "unconfirmedRetries">,
  now: number,
  step: Step<T>,
): Taken<T> {
  const context: OutboxContext = { rules: MINI_PROGRAM, now, random: Math.random(), unconfirmedRetries };
  const writer = writeRows(before.last, now);
  const { state, lease, value } = step(before, writer, context);
  if (lease !== undefined && state !== before && writer.rows().length === 0) {
    writer.append({ kind: "attempt", ref: lease.seq, body: { attempt: lease.attempt } });
  }
  const webhooks = wakeCursors(state.webhooks, before.last, now);
  return { value, lease, state: { ...state, webhooks, last: writer.last() }, rows: writer.rows() };
}
