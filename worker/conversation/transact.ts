/**
 * The transactions of one conversation: a transition is computed without side effects, then the engine stores its rows
 * and sets the alarm. A leased attempt is returned together with its message.
 */
import type { Address } from "../../shared/message/address.ts";
import { DESK_CURSOR, scheduleCursors } from "./core/consumer-cursor.ts";
import { CONFIRM_AGAIN_MS, ERASURE_MS, isConfirmed } from "./core/erasure.ts";
import type { Lease, TransitionContext } from "./core/outbox/outbox.ts";
import { followPictures } from "./core/pictures.ts";
import { writeRows, type Row, type RowWriter } from "./core/rows.ts";
import { isWatched, nextDue } from "./core/schedule.ts";
import { followSessions } from "./core/session/consumers.ts";
import { needsSessions, type DeskTerms, type Service } from "./core/session/service.ts";
import type { ConversationState } from "./core/state.ts";
import type { ConversationDeps, News } from "./deps.ts";
import { createEngine } from "./engine.ts";
import { fillLease } from "./reading/details.ts";
import type { LeasedMessage } from "./rpc.ts";

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

/**
 * Computes one transition: the state with the consumers' cursors, and the rows, before any of them is stored. A leased
 * attempt without another row gets a row of its own.
 */
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
  const [rows, last] = [writer.rows(), writer.last()];
  const scheduled = scheduleCursors(state.consumers, before.lastSeq, context.now);
  const { sessions } = state;
  const keepsPictures = context.keepsPictures === true;
  if ((sessions === undefined && !keepsPictures) || rows.length === 0)
    return { value, lease, state: { ...state, consumers: scheduled, lastSeq: last }, rows };
  const written = { before: before.lastSeq, last, rows, now: context.now };
  const consumers = {
    ...scheduled,
    ...(sessions !== undefined && followSessions(state.consumers, sessions, written)),
    ...(keepsPictures && followPictures(state.consumers, written)),
  };
  return { value, lease, state: { ...state, consumers, lastSeq: last }, rows };
}

/**
 * Returns when rows are reported to the desk. A message that is being sent is reported with its outcome, unless agents
 * have to act before: the session has changed, or its user waits for one of them.
 */
function newsOf({ sessions }: ConversationState, rows: readonly Row[], lease: Lease | undefined): News {
  if (lease === undefined) return "now";
  const isForBot = sessions?.open?.status === "bot";
  const isUrgent = ({ kind }: Row): boolean =>
    kind === "rating" || kind === "note" || (!isForBot && (kind === "in" || kind === "session"));
  return rows.some(isUrgent) ? "now" : "with_outcome";
}

/** Connects the engine of one conversation with its store, configuration and session machine. */
export function openTransactions(deps: ConversationDeps) {
  const { objectId, store, config, rulesOf, movable, sessionCode, onNews, setAlarm, clock, random } = deps;
  // If nothing is stored yet, the record that is about to be stored will be the oldest.
  const dueAfter = (state: ConversationState) => dueAt(state, store.oldest() ?? state.lastSeq);
  const engine = createEngine<Address, ConversationState, Row>({ store, nextDue: dueAfter, setAlarm });

  /** When a missing confirmation of the erasure is requested again, epoch ms; kept in memory only. */
  let confirmAt = clock() + CONFIRM_AGAIN_MS;

  function dueAt(after: ConversationState, oldest: number | undefined): number | undefined {
    const consumers = movable(after);
    const due = nextDue(after, oldest, config().retentionMs, consumers, isWatched(after, consumers, clock()));
    const note = store.erased();
    if (note === undefined) return due;
    return Math.min(due ?? Number.POSITIVE_INFINITY, isConfirmed(note) ? note.at + ERASURE_MS : confirmAt);
  }

  /**
   * Runs a transition and returns its value; a leased attempt is returned together with its message.
   *
   * @param desk the desk's terms in the caller's settings; absent: no agents of the desk serve users
   */
  function transact<T>(address: Address, now: number, step: Transition<T>, desk?: DeskTerms) {
    const { unconfirmedRetries, keepsPictures = false } = config();
    const decided = engine.transact(address, now, (before) => {
      const service = serviceOf(before, desk);
      const basic = { rules: rulesOf(address), now, random: random(), unconfirmedRetries, keepsPictures };
      const context = service === undefined ? basic : { ...basic, service };
      const { state: after, rows, value, lease } = runTransition(before, context, step);
      const news = newsOf(after, rows, lease);
      return { state: after, rows, value: { value, lease: lease && fill(lease, address, after, rows), news } };
    });
    if (hasNews()) onNews(decided.news);
    return decided;
  }

  /** Returns whether there are rows that the desk has not acknowledged. */
  function hasNews(): boolean {
    const { sessions, consumers, lastSeq } = engine.state();
    return sessions !== undefined && (consumers[DESK_CURSOR]?.after ?? lastSeq) < lastSeq;
  }

  /** Sets when a missing confirmation of the erasure is requested again, epoch ms. */
  function confirmErasureAt(at: number): void {
    confirmAt = at;
  }

  function serviceOf(before: ConversationState, desk: DeskTerms | undefined): Service | undefined {
    if (!needsSessions(before, desk)) return undefined;
    const code = sessionCode();
    if (code === undefined) throw new Error("the session code is not loaded");
    return code.serve(desk);
  }

  /** Adds the message to a lease. @param rows the rows just written, which usually include the message */
  function fill(lease: Lease, address: Address, after: ConversationState, rows: readonly Row[]): LeasedMessage {
    const row = rows.find(({ seq }) => seq === lease.seq) ?? store.outgoing(lease.seq);
    return fillLease(lease, objectId, address, after, row);
  }

  return { engine, transact, fill, dueAt, hasNews, confirmErasureAt };
}
