/**
 * One user's conversation, named by its address. A thin class: callers use the loaded conversation
 * (`conversation/conversation.ts`); the parts that need the runtime are here: storage, alarm, configuration, calls. The
 * Worker delivers messages to WeChat; the object itself sends from its alarm only
 * (docs/design/0002-object-decides-worker-carries.md).
 */
import { DurableObject } from "cloudflare:workers";
import type { Address, ChannelAccount } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import { accountMemory, rememberPause } from "../account/memory.ts";
import { rulesOfConversation } from "../config/account-rules.ts";
import { findConfigOf, requireConfig, type Config } from "../config/config.ts";
import { loadConversation, needsSessions, type LoadedConversation } from "../conversation/conversation.ts";
import type { ConsumerCursors } from "../conversation/core/consumer-cursor.ts";
import type { MessageProgress } from "../conversation/core/outbox/message-status.ts";
import { pruneUntil } from "../conversation/core/schedule.ts";
import type { DeskTerms } from "../conversation/core/session/service.ts";
import type { ConversationState } from "../conversation/core/state.ts";
import type { InboundEvent, SendRequest } from "../conversation/core/transitions.ts";
import type { ConsumerHost } from "../conversation/log-consumer.ts";
import type {
  AccountPause,
  ConversationDetails,
  ConversationRpc,
  LeasedMessage,
  LogHead,
  LogPage,
  ReceivedWire,
  RelayedAnswer,
  ReplayOptions,
  Soon,
  SubmitAnswer,
} from "../conversation/rpc.ts";
import type { CommandAnswer, CommandInput, SeenInput, Snapshot } from "../conversation/session/rpc.ts";
import { eraseStorage, findLeftover } from "../conversation/storage/erased-storage.ts";
import { createConversationStore } from "../conversation/storage/store.ts";
import { relayedAnswer } from "../forwarding/answer-store.ts";
import { deliverFromAlarm, type AlarmDeliveryDeps } from "../inbox/delivery/from-alarm.ts";
import { deliverToConsumers, expireForConsumers, movableCursors } from "../inbox/log-consumers.ts";
import { createServices, type Channels, type Services } from "../inbox/services.ts";
import { loadSessionCode, readDeskTerms, sessionCode } from "../inbox/session/session-code.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog, conversationTag } from "../platform/logger.ts";
import { MISSING_ACCOUNT_CHECK_INTERVAL_MS, isAccountGone } from "./missing-account.ts";

/** Time in which one alarm starts sends, milliseconds; remaining messages follow in the next alarm. */
const ALARM_BUDGET_MS = 20_000;
/** Minimum delay until the next alarm, milliseconds, so that a bug does not cause a busy loop. */
const ALARM_MIN_DELAY_MS = 500;
/** Delay after an internal error until the alarm runs again, milliseconds. */
const ALARM_ERROR_DELAY_MS = 60_000;
/**
 * Minimum delay until a woken message is tried, milliseconds: an isolate that still has the pause cached must not retry
 * in a loop.
 */
const MIN_RESUME_MS = 1_000;
/** Timeout of an awaited storage call, milliseconds; the runtime retries a failed alarm. */
const STORAGE_MS = 5_000;
/** Rows deleted per batch. */
const PRUNE_BATCH = 500;

/** The Durable Object of one user. */
export abstract class Conversation extends DurableObject<Env> implements ConversationRpc {
  /** The channels, set by the composition root. A field of the instance: RPC reaches methods alone. */
  protected abstract readonly channels: Channels;
  #loaded = this.#load();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // Read at each wake and never kept in memory, because the alarm may have run since then.
    void ctx.blockConcurrencyWhile(async () => {
      this.#loaded.setArmedFor((await withTimeout(STORAGE_MS, ctx.storage.getAlarm())) ?? 0);
    });
  }

  receive(address: Address, push: InboundEvent, holder: string): Soon<ReceivedWire> {
    return this.#soon(() => this.#loaded.receive(address, push, holder), push.desk);
  }

  submit(address: Address, input: SendRequest, holder?: string, log?: string): Soon<SubmitAnswer> {
    return this.#soon(() => this.#loaded.submit(address, input, holder, log));
  }

  settle(
    seq: number,
    attempt: number,
    outcome: AttemptOutcome,
    next: string | null,
    desk?: DeskTerms,
  ): Soon<LeasedMessage | null> {
    return this.#soon(() => this.#loaded.settle(seq, attempt, outcome, next, desk), desk);
  }

  head(): LogHead | null {
    return this.#loaded.head();
  }

  view(limit: number): ConversationDetails | null {
    return this.#loaded.view(limit);
  }

  rows(after: number, limit: number): LogPage | null {
    return this.#loaded.rows(after, limit);
  }

  message(account: ChannelAccount, seq: number): MessageProgress | null {
    return this.#loaded.message(account, seq);
  }

  replay(consumer: string, after: number, options?: ReplayOptions): number | null {
    return this.#loaded.replay(consumer, after, options);
  }

  leaseTrial(holder: string, desk?: DeskTerms): Soon<LeasedMessage | null> {
    return this.#soon(() => this.#loaded.leaseTrial(holder, desk), desk);
  }

  /** Runs a command of the desk: changes the session, writes to the user or to colleagues. */
  async command(input: CommandInput, holder: string): Promise<CommandAnswer> {
    return (await loadSessionCode()).runCommand(this.#loaded, input, holder);
  }

  /** Records that an agent has read the session's rows. */
  async seen(input: SeenInput): Promise<Snapshot | null> {
    return (await loadSessionCode()).recordSeen(this.#loaded, input);
  }

  /** Returns the current state of the sessions; null without a log. */
  async snapshot(): Promise<Snapshot | null> {
    return (await loadSessionCode()).readSnapshot(this.#loaded);
  }

  /**
   * Returns the stored answer for a forwarded push, or stores `answer` if there is none yet (`relayedAnswer`). No
   * answer is stored for an erased user, nor for a push from before the erasure when the user has written again.
   */
  relayed(key: string, answer: RelayedAnswer | null): RelayedAnswer | null {
    const { store } = this.#loaded;
    const erasedAt = store.erased()?.at;
    const isGone = erasedAt !== undefined && store.answerTo(key, erasedAt) === undefined;
    return isGone || store.address() === undefined ? answer : relayedAnswer(this.ctx.storage, key, answer, 20);
  }

  /** Returns the opaque value that the platform needs in a reply to the user; null: none. */
  replyContext(): string | null {
    return this.#loaded.state().replyContext;
  }

  /**
   * Makes messages that waited for the app due within `spreadMs`, and records in this isolate that the pause is over.
   */
  resume(pause: AccountPause, spreadMs: number): void {
    const address = this.#loaded.store.address();
    if (address === undefined) return;
    rememberPause(accountMemory, address.account, pause);
    this.#loaded.resume(Date.now() + MIN_RESUME_MS + Math.floor(Math.random() * spreadMs));
  }

  /**
   * Deletes all data of the user at once except a note of the erasure. An unknown user is recorded as erased too, since
   * an erasure may have been interrupted and repeated. With a log, only that log is deleted; any other is kept. Returns
   * whether there was any data to delete.
   */
  erase(log?: string): boolean {
    const { store, state } = this.#loaded;
    if (log !== undefined && log !== store.log()) return false;
    const known = store.address() !== undefined;
    let alarmAt = 0;
    try {
      alarmAt = eraseStorage(this.ctx.storage, store.recordErasure(Date.now(), state().lastSeq));
    } finally {
      this.#reload(alarmAt);
    }
    return known;
  }

  /**
   * Delivers messages that are due and have no lease holder, as a fallback. Set again in every case while something is
   * due.
   */
  override async alarm(): Promise<void> {
    let due: number | undefined;
    let restMs = ALARM_MIN_DELAY_MS;
    try {
      restMs = await this.#work();
      due = this.#loaded.nextAlarm();
    } catch (error) {
      due = Date.now() + ALARM_ERROR_DELAY_MS;
      const { channel, account } = this.#loaded.store.address() ?? {};
      const fields = { object: "conversation", channel, account, conversation: conversationTag(this.ctx.id) };
      writeLog("alarm_failed", { ...fields, error: errorName(error) });
    }
    if (due === undefined) return;
    const at = Math.max(due, Date.now() + restMs);
    this.#loaded.setArmedFor(at);
    await withTimeout(STORAGE_MS, this.ctx.storage.setAlarm(at));
  }

  /** Handles what is due. @returns the minimum delay until the next alarm, milliseconds */
  async #work(): Promise<number> {
    await this.#deleteLeftover();
    const address = this.#loaded.store.address();
    if (address === undefined) return ALARM_MIN_DELAY_MS;
    const config = requireConfig(this.env);
    const started = Date.now();
    const app = findConfigOf(config, address);
    const services = app && createServices(this.env, config, app, (work) => this.ctx.waitUntil(work), this.channels);
    // The app is missing from the configuration, perhaps by mistake: a message leased now could not be sent.
    if (app === undefined && !isAccountGone(config, address, this.#loaded.state().lastSeq, started)) {
      await this.#prune(address, config, services);
      return MISSING_ACCOUNT_CHECK_INTERVAL_MS;
    }
    const desk = await this.#prepareSessions(services);
    const lease = this.#loaded.leaseDue(address, crypto.randomUUID(), desk);
    if (services !== undefined) {
      // In parallel: an endpoint that accepts an event slowly must not delay a message.
      await Promise.all([
        lease && deliverFromAlarm(this.#deliveryDeps(address, desk), lease, services, started + ALARM_BUDGET_MS),
        deliverToConsumers(this.#consumerHost(address), services),
      ]);
    }
    await this.#prune(address, config, services);
    return ALARM_MIN_DELAY_MS;
  }

  /** Before an alarm handles a conversation with sessions: their code, and the terms of the settings. */
  async #prepareSessions(services: Services | undefined): Promise<DeskTerms | undefined> {
    if (!needsSessions(this.#loaded.state())) return undefined;
    await loadSessionCode();
    return services && readDeskTerms(services);
  }

  #deliveryDeps(address: Address, desk: DeskTerms | undefined): AlarmDeliveryDeps {
    const settle: AlarmDeliveryDeps["settle"] = (seq, attempt, outcome, next) =>
      this.settle(seq, attempt, outcome, next, desk);
    return { address, id: this.ctx.id, settle, resume: (pause) => this.resume(pause, 0) };
  }

  #consumerHost(address: Address): ConsumerHost {
    return {
      address,
      id: this.ctx.id,
      log: this.#loaded.store.log() ?? "",
      state: () => this.#loaded.state(),
      store: () => this.#loaded.store,
      keep: (known, isDurable) => this.#loaded.keep(known, isDurable),
    };
  }

  /** Deletes rows past the retention time; when all rows are, deletes the object's storage. */
  async #prune(address: Address, config: Config, services: Services | undefined): Promise<void> {
    const horizon = Date.now() - config.retentionMs;
    const until = this.#pruneUntil(horizon);
    if (until === 0) return;
    if (services !== undefined) await expireForConsumers(this.#consumerHost(address), services, until);
    // Computed again: the user may have written, or may have been erased, in the meantime.
    const now = Math.min(until, this.#pruneUntil(horizon));
    if (now === Number.POSITIVE_INFINITY) return this.#wipe();
    if (now > 0) this.#loaded.store.prune(now, PRUNE_BATCH);
  }

  async #deleteLeftover(): Promise<void> {
    const { store } = this.#loaded;
    const leftover = findLeftover(store, Date.now());
    if (leftover === undefined) return;
    if (leftover === "note") return store.forgetErasure();
    if (leftover === "old_data")
      writeLog("old_data_deleted", { object: "conversation", conversation: conversationTag(this.ctx.id) });
    await this.#wipe();
  }

  async #wipe(): Promise<void> {
    // Without a deadline: this call cannot be abandoned in the middle. Its caller has a deadline.
    await this.ctx.storage.deleteAll();
    this.#reload(0);
  }

  #pruneUntil(horizon: number): number {
    return pruneUntil(this.#loaded.state(), this.#loaded.store.oldest(), horizon);
  }

  /** Runs a transition: at once, unless it needs code that is not loaded yet. */
  #soon<T>(run: () => T, desk?: DeskTerms): Soon<T> {
    const isReady = sessionCode() !== undefined || !needsSessions(this.#loaded.state(), desk);
    return isReady ? run() : loadSessionCode().then(run);
  }

  /** Loads the conversation from storage. */
  #load(): LoadedConversation {
    return loadConversation({
      objectId: this.ctx.id.toString(),
      store: createConversationStore(this.ctx.storage),
      config: () => requireConfig(this.env),
      rulesOf: (account) => rulesOfConversation(requireConfig(this.env), account),
      movable: (state) => this.#movable(state),
      sessionCode,
      // Not awaited: the runtime sends no response before alarm and record are stored.
      setAlarm: (at) => void this.ctx.storage.setAlarm(at),
      clock: () => Date.now(),
      random: () => Math.random(),
    });
  }

  /** Replaces the loaded conversation. @param alarmAt the time the alarm is set to, epoch ms; 0: not set */
  #reload(alarmAt: number): void {
    this.#loaded = this.#load();
    this.#loaded.setArmedFor(alarmAt);
  }

  /**
   * Returns the cursors of consumers that can be delivered to: for a removed app none, because the log keeps the rows
   * they have not read.
   */
  #movable({ consumers, lastSeq }: ConversationState): ConsumerCursors {
    const config = requireConfig(this.env);
    const isGone = isAccountGone(config, this.#loaded.store.address(), lastSeq, Date.now());
    return isGone ? {} : movableCursors(consumers, config);
  }
}
