/**
 * One user's conversation: `${appid}:${openid}`. Thin: load, let the pure transitions of `conversation/core` decide,
 * write, set the alarm, all in one synchronous transaction. The Worker delivers messages to WeChat; the object itself
 * sends from its alarm only (docs/design/0002-object-decides-worker-carries.md).
 *
 * Longer than other files because it is one class over one state, with all methods that callers and the runtime call.
 */
import { DurableObject } from "cloudflare:workers";
import { MINI_PROGRAM_RULES } from "../../shared/message/channel-rules.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import type { Acknowledgement } from "../../shared/message/inbound.ts";
import { accountMemory, notePause } from "../account/memory.ts";
import { configOf, findAccountConfig, type Config } from "../config/config.ts";
import { replyWindow } from "../conversation/core/admission.ts";
import { replayFrom } from "../conversation/core/consumer-cursor.ts";
import { dateUserPush, ERASURE_MS, isErasureOver, isFromBeforeErasure } from "../conversation/core/erasure.ts";
import type { MessageProgress } from "../conversation/core/outbox/message-status.ts";
import { leaseNext, leaseOf, settleAttempt, type Lease } from "../conversation/core/outbox/outbox.ts";
import { makeDue, waitsForApp } from "../conversation/core/outbox/resume.ts";
import { correctTimes } from "../conversation/core/plausible-times.ts";
import { REPEAT_SLACK_MS } from "../conversation/core/repeats.ts";
import type { Row } from "../conversation/core/rows.ts";
import { mustArm, nextDue, pruneUntil } from "../conversation/core/schedule.ts";
import type { ConversationState } from "../conversation/core/state.ts";
import {
  applyEvent,
  acceptMessage,
  runDue,
  type InboundEvent,
  type SendRequest,
  type SendResult,
} from "../conversation/core/transitions.ts";
import { fillLease, showConversation } from "../conversation/details.ts";
import { eraseStorage } from "../conversation/erased-storage.ts";
import type { ConsumerHost } from "../conversation/log-consumer.ts";
import { readMessageState } from "../conversation/read-message.ts";
import type {
  AppPause,
  ConversationRpc,
  ConversationDetails,
  LeasedMessage,
  Address,
  ReceivedWire,
  ReplayOptions,
  SubmitAnswer,
  RelayedAnswer,
} from "../conversation/rpc.ts";
import { createConversationStore } from "../conversation/store.ts";
import { runTransition, type Transition } from "../conversation/transact.ts";
import { relayedAnswer } from "../forwarding/answer-store.ts";
import { deliverFromAlarm, type AlarmDeliveryDeps } from "../inbox/delivery/from-alarm.ts";
import { deliverToConsumers, expireForConsumers, movableCursors } from "../inbox/log-consumers.ts";
import { createServices, type Services } from "../inbox/services.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog, conversationTag } from "../platform/logger.ts";
import { MISSING_ACCOUNT_CHECK_INTERVAL_MS, isAppGone } from "./missing-account.ts";

/** How long an Idempotency-Key is kept, milliseconds; after it the same key sends a new message. */
const IDEMPOTENCY_MS = 24 * 3_600_000;
/** Time in which one alarm starts sends, milliseconds; the remaining messages follow in the next alarm. */
const ALARM_BUDGET_MS = 20_000;
/** The shortest time until the next alarm, milliseconds: a bug must not become a busy loop. */
const ALARM_MIN_DELAY_MS = 500;
/** Back-off of the alarm after an internal error, milliseconds. */
const ALARM_ERROR_DELAY_MS = 60_000;
/**
 * The shortest time until a woken message is tried, milliseconds: an isolate that still has the pause in memory must
 * not retry in a loop.
 */
const MIN_RESUME_MS = 1_000;
/** Timeout of an awaited storage call, milliseconds; the runtime repeats a failed alarm. */
const STORAGE_MS = 5_000;
/** Rows deleted per batch. */
const PRUNE_BATCH = 500;

/** The Durable Object of one user. */
export class Conversation extends DurableObject<Env> implements ConversationRpc {
  #store = createConversationStore(this.ctx.storage);
  #state: ConversationState = this.#store.initialState;
  /** The time the alarm is set for, epoch ms; in the past when it has run. */
  #armedFor = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // Read at each wake, never kept in memory: the alarm may have run since.
    void ctx.blockConcurrencyWhile(async () => {
      this.#armedFor = (await withTimeout(STORAGE_MS, ctx.storage.getAlarm())) ?? 0;
    });
  }

  /**
   * Receives a push: decided, stored and answered in one transaction. The first attempt is leased to the caller.
   *
   * @param holder the caller's name for this delivery: a repeated call with it returns the same lease
   */
  receive(address: Address, push: InboundEvent, holder: string): ReceivedWire {
    const now = Date.now();
    const config = this.#config();
    const datedAt = dateUserPush(push);
    if (push.inbound.createdAt < now - config.retentionMs) return { outcome: "ignored", answer: "success" };
    if (isFromBeforeErasure(datedAt, this.#store.erasedAt(), now)) return { outcome: "erased", answer: "success" };
    const known = this.#store.answerTo(push.key, Math.min(datedAt, now) - REPEAT_SLACK_MS);
    const step: Transition<Acknowledgement> = (state, writer, context) => {
      // A repeat gets the first answer and changes nothing, so a captured push has no effect.
      const received = known === undefined ? applyEvent(state, writer, push, context) : { state, answer: known };
      return { ...leaseNext(received.state, writer, context, holder), value: received.answer };
    };
    const { value: answer, lease } = this.#transact(address, config, now, step);
    const outcome = known === undefined ? "new" : "repeat";
    if (lease !== undefined) return { outcome, answer, lease };
    return outcome === "new" && answer === "success" ? "new" : { outcome, answer };
  }

  /**
   * Accepts a message of the API. The same key and request return the first message with its current status.
   *
   * @param holder the lease holder: a repeated call with the same one returns the first attempt again
   */
  submit(address: Address, input: SendRequest, holder?: string): SubmitAnswer {
    const now = Date.now();
    const earlier = this.#store.requestedBy(input.key, now - IDEMPOTENCY_MS);
    if (earlier !== undefined) return this.#answerAgain(address, earlier, input, holder, now);
    const step: Transition<SendResult> = (state, writer, context) => {
      const submitted = acceptMessage(state, writer, input, context);
      if (!submitted.ok) return { state, value: submitted };
      return { ...leaseNext(submitted.state, writer, context, holder ?? input.key), value: submitted };
    };
    const { value, lease } = this.#transact(address, this.#config(), now, step);
    const window = replyWindow(this.#state, MINI_PROGRAM_RULES, now);
    if (!value.ok) return { ok: false, reason: value.reason, window };
    return { ok: true, message: this.#knownState(value.message), window, ...(lease !== undefined && { lease }) };
  }

  /**
   * Records the outcome of an attempt. Safe to repeat.
   *
   * @param next the caller's name as holder of another lease, null when there is no time for one
   * @returns the next attempt, if one is due
   */
  settle(seq: number, attempt: number, outcome: AttemptOutcome, next: string | null): LeasedMessage | null {
    const address = this.#store.address();
    // Erased in the meantime: there is no log to record it in.
    if (address === undefined || !this.#has(seq)) return null;
    const step: Transition<null> = (state, writer, context) => {
      const isRecorded = () => this.#store.isRecorded(seq, attempt, outcome.result);
      const settled = settleAttempt(state, writer, { seq, attempt, outcome }, context, isRecorded);
      return { ...(next === null ? { state: settled } : leaseNext(settled, writer, context, next)), value: null };
    };
    return this.#transact(address, this.#config(), Date.now(), step).lease ?? null;
  }

  /** Whether a message exists; for one that waits for its end the log is not read. */
  #has(seq: number): boolean {
    return this.#state.queue.some((item) => item.seq === seq) || this.#store.outgoing(seq) !== undefined;
  }

  /** The window, the context and the newest rows; null when the user is unknown. */
  view(limit: number): ConversationDetails | null {
    if (this.#store.address() === undefined) return null;
    return showConversation(this.#state, this.#store.newest(limit), Date.now());
  }

  /** Rows after a cursor, oldest first: history and every change. Null when the user is unknown. */
  rows(after: number, limit: number): readonly Row[] | null {
    return this.#store.address() === undefined ? null : this.#store.rows(after, limit);
  }

  /** The status of a message, or null when there is no such message. */
  message(appid: string, seq: number): MessageProgress | null {
    if (this.#store.address()?.appid !== appid || this.#store.outgoing(seq) === undefined) return null;
    return readMessageState(this.#store, this.#state, seq) ?? null;
  }

  /**
   * The answer returned for a forwarded push; `answer` when it is the first (`relayedAnswer`). No answer is stored for
   * an erased user, nor for a push from before the erasure when the user has written again.
   */
  relayed(key: string, answer: RelayedAnswer | null): RelayedAnswer | null {
    const erasedAt = this.#store.erasedAt();
    const isGone = erasedAt !== undefined && this.#store.answerTo(key, erasedAt) === undefined;
    return isGone || this.#store.address() === undefined ? answer : relayedAnswer(this.ctx.storage, key, answer, 20);
  }

  /** The sub-merchant the user last wrote to, which the platform requires in sends; null for all other accounts. */
  businessId(): string | null {
    return this.#state.replyContext;
  }

  /**
   * Gives a consumer of the log everything after a row again, from the rows that are still kept.
   *
   * @returns the cursor it begins from; null when the user is unknown, or of another app than the caller's
   */
  replay(consumer: string, after: number, { appid, settingsVersion = 0 }: ReplayOptions = {}): number | null {
    const address = this.#store.address();
    if (address === undefined || (appid !== undefined && appid !== address.appid)) return null;
    const now = Date.now();
    const from = Math.min(after, this.#state.lastSeq);
    this.#keepState(replayFrom(this.#state, { id: consumer, after: from, settingsVersion }, now), true);
    this.#armedFor = this.#arm(this.#state, this.#config(), now);
    return from;
  }

  /**
   * The app may send again: messages that waited for it are due within `spreadMs`, and this isolate records that the
   * pause is over.
   */
  resume(pause: AppPause, spreadMs: number): void {
    const address = this.#store.address();
    if (address === undefined) return;
    notePause(accountMemory, address.appid, pause);
    const state = makeDue(this.#state, Date.now() + MIN_RESUME_MS + Math.floor(Math.random() * spreadMs));
    if (state === this.#state) return;
    this.#keepState(state, true);
    this.#armedFor = this.#arm(state, this.#config(), Date.now());
  }

  /**
   * Leases the next message although it waits for the app: the trial that lifts a pause. Null: no message is waiting
   * any more.
   */
  leaseTrial(holder: string): LeasedMessage | null {
    const address = this.#store.address();
    if (address === undefined || !this.#state.queue.some(waitsForApp)) return null;
    const step: Transition<null> = (state, writer, context) => {
      return { ...leaseNext(makeDue(state, context.now), writer, context, holder), value: null };
    };
    return this.#transact(address, this.#config(), Date.now(), step).lease ?? null;
  }

  /**
   * Deletes all data of the user at once except the time of the erasure. An unknown user is recorded as erased too,
   * since an erasure may have been interrupted and repeated. Returns whether there was any data.
   */
  erase(): boolean {
    const known = this.#store.address() !== undefined;
    try {
      this.#armedFor = eraseStorage(this.ctx.storage, Date.now());
    } finally {
      this.#reload();
    }
    return known;
  }

  /**
   * The safety net: delivers messages that are due and have no lease holder. Set again in every case while something is
   * due.
   */
  override async alarm(): Promise<void> {
    let due: number | undefined;
    let restMs = ALARM_MIN_DELAY_MS;
    try {
      restMs = await this.#work();
      const state = correctTimes(this.#state, Date.now(), MINI_PROGRAM_RULES);
      due = this.#nextDue(state, this.#store.oldest(), this.#config());
    } catch (error) {
      due = Date.now() + ALARM_ERROR_DELAY_MS;
      const app = this.#store.address()?.appid;
      const user = conversationTag(this.ctx.id);
      writeLog("alarm_failed", { object: "conversation", app, user, error: errorName(error) });
    }
    if (due === undefined) return;
    this.#armedFor = Math.max(due, Date.now() + restMs);
    await withTimeout(STORAGE_MS, this.ctx.storage.setAlarm(this.#armedFor));
  }

  /** @returns the shortest time until the next alarm, milliseconds */
  async #work(): Promise<number> {
    await this.#forgetErasure(Date.now());
    const address = this.#store.address();
    if (address === undefined) return ALARM_MIN_DELAY_MS;
    const config = this.#config();
    const started = Date.now();
    const app = findAccountConfig(config, address.appid);
    const services = app && createServices(this.env, config, app, (work) => this.ctx.waitUntil(work));
    // The app is missing from the configuration, perhaps by mistake: a message leased now could not be sent.
    if (app === undefined && !isAppGone(config, address, this.#state.lastSeq, started)) {
      await this.#prune(address, config, services);
      return MISSING_ACCOUNT_CHECK_INTERVAL_MS;
    }
    const holder = crypto.randomUUID();
    const step: Transition<null> = (...input) => ({ ...runDue(...input, holder), value: null });
    const { lease } = this.#transact(address, config, started, step);
    if (services !== undefined) {
      // In parallel: an endpoint that accepts an event slowly must not delay a message.
      await Promise.all([
        lease && deliverFromAlarm(this.#deliveryDeps(address), lease, services, started + ALARM_BUDGET_MS),
        deliverToConsumers(this.#consumerHost(address), services),
      ]);
    }
    await this.#prune(address, config, services);
    return ALARM_MIN_DELAY_MS;
  }

  #deliveryDeps(address: Address): AlarmDeliveryDeps {
    const settle: AlarmDeliveryDeps["settle"] = (seq, attempt, outcome, next) =>
      this.settle(seq, attempt, outcome, next);
    return { address, id: this.ctx.id, settle, resume: (pause) => this.resume(pause, 0) };
  }

  #consumerHost(address: Address): ConsumerHost {
    return {
      address,
      id: this.ctx.id,
      state: () => this.#state,
      store: () => this.#store,
      keep: (known, durable) => this.#keepState(known, durable),
    };
  }

  /** Takes over changes of the state that have no row; `durable` writes them into the newest record. */
  #keepState(changes: Partial<ConversationState>, durable: boolean): void {
    const state = { ...this.#state, ...changes };
    if (durable) this.#store.rewriteState(state);
    this.#state = state;
  }

  /** Deletes rows past the retention time; when all have passed it, deletes the object's storage. */
  async #prune(address: Address, config: Config, services: Services | undefined): Promise<void> {
    const horizon = Date.now() - config.retentionMs;
    const until = pruneUntil(this.#state, this.#store.oldest(), horizon);
    if (until === 0) return;
    if (services !== undefined) await expireForConsumers(this.#consumerHost(address), services, until);
    // Asked again: the user may have written, or have been erased, in the meantime.
    const now = Math.min(until, pruneUntil(this.#state, this.#store.oldest(), horizon));
    if (now === Number.POSITIVE_INFINITY) return this.#wipe();
    if (now > 0) this.#store.prune(now, PRUNE_BATCH);
  }

  async #forgetErasure(now: number): Promise<void> {
    const erasedAt = this.#store.erasedAt();
    if (erasedAt === undefined || !isErasureOver(erasedAt, now)) return;
    if (this.#store.address() === undefined) return this.#wipe();
    this.#store.forgetErasure();
  }

  async #wipe(): Promise<void> {
    // Without a deadline: this call cannot be abandoned half way. Its caller has a deadline.
    await this.ctx.storage.deleteAll();
    this.#reload();
    this.#armedFor = 0;
  }

  /** Clears the memory. */
  #reload(): void {
    this.#store = createConversationStore(this.ctx.storage);
    this.#state = this.#store.initialState;
  }

  /**
   * Runs a transition, sets the alarm, stores the rows: all or nothing, with no await inside. Code that may throw runs
   * first and has no side effects; the record is one statement and the last one, and the runtime commits it with the
   * alarm. An alarm whose record was refused finds nothing due.
   */
  #transact<T>(address: Address, config: Config, now: number, step: Transition<T>) {
    const { state, lease, value, rows } = runTransition(this.#state, config, now, step);
    const leased = lease && this.#fill(lease, address, state, rows);
    if (rows.length > 0) {
      const armedFor = this.#arm(state, config, now);
      this.#store.append(address, rows, state);
      this.#state = state;
      this.#armedFor = armedFor;
    }
    return { value, lease: leased };
  }

  /** Consumers of an app that is gone wait: the log keeps what they did not get. */
  #nextDue(state: ConversationState, oldest: number | undefined, config: Config): number | undefined {
    const isGone = isAppGone(config, this.#store.address(), state.lastSeq, Date.now());
    const due = nextDue(state, oldest, config.retentionMs, isGone ? {} : movableCursors(state.consumers, config));
    const erasedAt = this.#store.erasedAt();
    return erasedAt === undefined ? due : Math.min(due ?? Number.POSITIVE_INFINITY, erasedAt + ERASURE_MS);
  }

  /** Sets the alarm if something is due before it; part of the transaction. Returns the time of the alarm. */
  #arm(state: ConversationState, config: Config, now: number): number {
    // The first record is about to become the oldest.
    const due = this.#nextDue(state, this.#store.oldest() ?? state.lastSeq, config);
    if (!mustArm(due, this.#armedFor, now)) return this.#armedFor;
    // Not awaited: the runtime sends no answer before alarm and record are stored.
    void this.ctx.storage.setAlarm(due);
    return due;
  }

  /** @param rows the rows just written, which usually include the message */
  #fill(lease: Lease, address: Address, state: ConversationState, rows: readonly Row[]): LeasedMessage {
    const row = rows.find(({ seq }) => seq === lease.seq) ?? this.#store.outgoing(lease.seq);
    return fillLease(lease, this.ctx.id.toString(), address, state, row);
  }

  #answerAgain(
    address: Address,
    earlier: { readonly seq: number; readonly request: string },
    input: SendRequest,
    holder: string | undefined,
    now: number,
  ): SubmitAnswer {
    const window = replyWindow(this.#state, MINI_PROGRAM_RULES, now);
    if (earlier.request !== input.request) return { ok: false, reason: "idempotency_mismatch", window };
    const mine = holder === undefined ? undefined : leaseOf(this.#state, holder, now);
    const lease = mine && this.#fill(mine, address, this.#state, []);
    return { ok: true, message: this.#knownState(earlier.seq), window, ...(lease && { lease }) };
  }

  #knownState(seq: number): MessageProgress {
    const message = readMessageState(this.#store, this.#state, seq);
    if (message === undefined) throw new Error("a message has no row");
    return message;
  }

  #config(): Config {
    const config = configOf(this.env);
    if (!config.ok) throw new Error("the configuration is incomplete: see /healthz");
    return config.value;
  }
}
