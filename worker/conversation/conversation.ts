/**
 * A conversation independent of its runtime: the operations for callers and the alarm, using a store and an engine. It
 * never awaits, so no other event runs between reading and writing. The Durable Object around it is
 * `worker/objects/conversation.ts`; tests run it with an array as the store.
 */
import type { Address, ChannelAccount } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import type { Acknowledgement } from "../../shared/message/inbound.ts";
import { replyWindow } from "./core/admission.ts";
import { replayFrom } from "./core/consumer-cursor.ts";
import { dateUserPush, isFromBeforeErasure } from "./core/erasure.ts";
import type { MessageProgress } from "./core/outbox/message-status.ts";
import { leaseNext, leaseOf, settleAttempt } from "./core/outbox/outbox.ts";
import { makeDue, waitsForApp } from "./core/outbox/resume.ts";
import { correctTimes } from "./core/plausible-times.ts";
import { REPEAT_SLACK_MS } from "./core/repeats.ts";
import type { DeskTerms } from "./core/session/service.ts";
import {
  acceptMessage,
  applyEvent,
  runDue,
  type ClassifiedEvent,
  type SendRequest,
  type SendResult,
} from "./core/transitions.ts";
import type { ConversationDeps } from "./deps.ts";
import { showConversation } from "./reading/details.ts";
import { readMessageState } from "./reading/read-message.ts";
import type {
  ConversationDetails,
  LeasedMessage,
  LogHead,
  LogPage,
  ReceivedWire,
  ReplayOptions,
  SubmitAnswer,
} from "./rpc.ts";
import { openTransactions, type Transition } from "./transact.ts";

/** How long an Idempotency-Key is kept, milliseconds; after that the same key sends a new message. */
const IDEMPOTENCY_MS = 24 * 3_600_000;

/** The operations of one loaded conversation. */
export type LoadedConversation = ReturnType<typeof loadConversation>;

/** Loads a conversation from its store and returns its operations. */
export function loadConversation(deps: ConversationDeps) {
  const { store, config, rulesOf, clock } = deps;
  const { engine, transact, fill, dueAt, hasNews, confirmErasureAt } = openTransactions(deps);
  const { state } = engine;

  function showWindow(address: Address, now: number) {
    return replyWindow(state(), rulesOf(address), now);
  }

  function progressOf(seq: number): MessageProgress {
    const message = readMessageState(store, state(), seq);
    if (message === undefined) throw new Error("the log has no row of this message");
    return message;
  }

  /** Returns whether a message exists; for a message that is still queued or held, the log is not read. */
  function has(seq: number): boolean {
    return state().queue.some((item) => item.seq === seq) || store.outgoing(seq) !== undefined;
  }

  /**
   * Returns the first message sent with this key, with its current status and the lease that `holder` already has;
   * `idempotency_mismatch` when its request was another one.
   */
  function answerAgain(
    address: Address,
    earlier: { readonly seq: number; readonly request: string },
    input: SendRequest,
    holder: string | undefined,
    now: number,
  ): SubmitAnswer {
    const window = showWindow(address, now);
    if (earlier.request !== input.request) return { ok: false, reason: "idempotency_mismatch", window };
    const mine = holder === undefined ? undefined : leaseOf(state(), holder, now);
    const lease = mine && fill(mine, address, state(), []);
    return { ok: true, message: progressOf(earlier.seq), window, ...(lease && { lease }) };
  }

  return {
    store,
    state,
    clock,
    transact,
    rulesOf,
    showWindow,
    progressOf,
    keep: engine.keep,
    arm: engine.arm,
    setArmedFor: engine.setArmedFor,
    hasNews,
    confirmErasureAt,

    /**
     * Receives a push: decides, stores and answers it in one transaction. The first attempt is leased to the caller. A
     * push that is older than the retention time, or from before an erasure, is acknowledged but not stored.
     *
     * @param holder the lease holder: a repeated call with the same holder returns the same lease
     */
    receive(address: Address, push: ClassifiedEvent, holder: string): ReceivedWire {
      const now = clock();
      const datedAt = dateUserPush(push);
      if (push.event.createdAt < now - config().retentionMs) return { outcome: "ignored", acknowledgement: "received" };
      if (isFromBeforeErasure(datedAt, store.erased()?.at, now))
        return { outcome: "erased", acknowledgement: "received" };
      const known = store.answerTo(push.key, Math.min(datedAt, now) - REPEAT_SLACK_MS);
      const step: Transition<Acknowledgement> = (before, writer, context) => {
        // A repeat gets the first acknowledgement and changes nothing, so a replayed push has no effect.
        const received =
          known === undefined ? applyEvent(before, writer, push, context) : { state: before, acknowledgement: known };
        return { ...leaseNext(received.state, writer, context, holder), value: received.acknowledgement };
      };
      const { value: acknowledgement, lease } = transact(address, now, step, push.desk);
      const outcome = known === undefined ? "new" : "repeat";
      if (lease !== undefined) return { outcome, acknowledgement, lease };
      return outcome === "new" && acknowledgement === "received" ? "new" : { outcome, acknowledgement };
    },

    /**
     * Accepts a message of the API. The same key and request return the first message with its current status.
     *
     * @param holder the lease holder: a repeated call with the same holder returns the same lease
     * @param log the log that the message must be added to: `gone` when the current log is another one; absent: the
     *   current log, or a new one when there is none
     */
    submit(address: Address, input: SendRequest, holder?: string, log?: string): SubmitAnswer {
      const now = clock();
      if (log !== undefined && log !== store.log()) return { ok: false, reason: "gone" };
      const earlier = store.requestedBy(input.key, now - IDEMPOTENCY_MS);
      if (earlier !== undefined) return answerAgain(address, earlier, input, holder, now);
      const step: Transition<SendResult> = (before, writer, context) => {
        const submitted = acceptMessage(before, writer, input, context);
        if (!submitted.ok) return { state: before, value: submitted };
        return { ...leaseNext(submitted.state, writer, context, holder ?? input.key), value: submitted };
      };
      const { value, lease } = transact(address, now, step);
      const window = showWindow(address, now);
      if (!value.ok) return { ok: false, reason: value.reason, window };
      return { ok: true, message: progressOf(value.message), window, ...(lease !== undefined && { lease }) };
    },

    /**
     * Records the outcome of an attempt. Idempotent.
     *
     * @param next the holder of the next lease; null when there is no time for one
     * @param desk the desk's terms in the caller's settings; absent: no agents of the desk serve users
     * @returns the next attempt; null when none is due, `next` is null, or the log was erased
     */
    settle(
      seq: number,
      attempt: number,
      outcome: AttemptOutcome,
      next: string | null,
      desk?: DeskTerms,
    ): LeasedMessage | null {
      const address = store.address();
      // The conversation was erased in the meantime: there is no log to record the outcome in.
      if (address === undefined || !has(seq)) return null;
      const step: Transition<null> = (before, writer, context) => {
        const isRecorded = () => store.isRecorded(seq, attempt, outcome.result);
        const settled = settleAttempt(before, writer, { seq, attempt, outcome }, context, isRecorded);
        return { ...(next === null ? { state: settled } : leaseNext(settled, writer, context, next)), value: null };
      };
      return transact(address, clock(), step, desk).lease ?? null;
    },

    /** Returns the address and the id of the log; null when there is no log, which is then not created. */
    head(): LogHead | null {
      const [address, log] = [store.address(), store.log()];
      return address === undefined || log === undefined ? null : { ...address, log };
    },

    /** Returns the reply window, the context, the waiting messages and the newest rows; null when the user is unknown. */
    view(limit: number): ConversationDetails | null {
      const [address, log] = [store.address(), store.log()];
      if (address === undefined || log === undefined) return null;
      const { entered } = state();
      const entryText = entered === null ? null : store.entryText(entered.seq);
      return showConversation(state(), rulesOf(address), { log, rows: store.newest(limit) }, entryText, clock());
    },

    /** Returns rows after a cursor, oldest first: history and every change. Null when the user is unknown. */
    rows(after: number, limit: number): LogPage | null {
      const log = store.log();
      return log === undefined ? null : { log, rows: store.rows(after, limit) };
    },

    /** Returns the newest rows before a seq, oldest first. Null when the user is unknown. */
    rowsBefore(before: number, limit: number): LogPage | null {
      const log = store.log();
      return log === undefined ? null : { log, rows: store.newest(limit, before) };
    },

    /** Returns the status of a message; null when the account has no such message. */
    message(account: ChannelAccount, seq: number): MessageProgress | null {
      if (!store.isOf(account) || store.outgoing(seq) === undefined) return null;
      return readMessageState(store, state(), seq) ?? null;
    },

    /**
     * Moves the cursor of a log consumer back to a row, so that all later rows are delivered again, as far back as rows
     * are kept.
     *
     * @returns the new cursor; null when the user is unknown, belongs to another account than the caller's, or was
     *   erased, or `log` is not the user's log
     */
    replay(consumer: string, after: number, { account, log, settingsVersion = 0 }: ReplayOptions = {}): number | null {
      if (!store.isOf(account) || (log ?? store.log()) !== store.log()) return null;
      const now = clock();
      const from = Math.min(after, state().lastSeq);
      engine.keep(replayFrom(state(), { id: consumer, after: from, settingsVersion }, now), true);
      engine.arm(now);
      return from;
    },

    /** Sets messages that waited for the account to be due at `at`, epoch ms, because the account may send again. */
    resume(at: number): void {
      const woken = makeDue(state(), at);
      if (woken === state()) return;
      engine.keep(woken, true);
      engine.arm(clock());
    },

    /**
     * Leases the next message although the message waits for a pause or a token, for the test send that decides whether
     * the pause can be lifted. Returns null when there is no message to lease.
     *
     * @param desk the desk's terms in the caller's settings; absent: no agents of the desk serve users
     */
    leaseTrial(holder: string, desk?: DeskTerms): LeasedMessage | null {
      const address = store.address();
      if (address === undefined || !state().queue.some(waitsForApp)) return null;
      const step: Transition<null> = (before, writer, context) => {
        return { ...leaseNext(makeDue(before, context.now), writer, context, holder), value: null };
      };
      return transact(address, clock(), step, desk).lease ?? null;
    },

    /**
     * Handles what is due: expired leases and holds, and the next attempt, which is leased to `holder` and returned;
     * undefined: none is due.
     */
    leaseDue(address: Address, holder: string, desk?: DeskTerms): LeasedMessage | undefined {
      const step: Transition<null> = (...input) => ({ ...runDue(...input, holder), value: null });
      return transact(address, clock(), step, desk).lease;
    },

    /** Returns when the alarm is due next, epoch ms; undefined: never. */
    nextAlarm(): number | undefined {
      const address = store.address();
      // Nothing is stored, so there are no times to correct.
      const plausible = address === undefined ? state() : correctTimes(state(), clock(), rulesOf(address));
      return dueAt(plausible, store.oldest());
    },
  };
}
