/**
 * One user's conversation, named by its address. A thin class: callers use the loaded conversation
 * (`conversation/conversation.ts`); the parts that need the runtime are here: storage, configuration, calls. Its alarm
 * is in `conversation-alarm.ts`. The Worker delivers messages to WeChat; the object itself sends from its alarm only
 * (docs/design/0002-object-decides-worker-carries.md).
 */
import { DurableObject } from "cloudflare:workers";
import { miniProgramAccount, type Address, type ChannelAccount } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import { credentialOf } from "../account/core/credential.ts";
import { accountMemory, rememberPause } from "../account/memory.ts";
import { rulesOfConversation } from "../config/account-rules.ts";
import { configOf, findConfigOf, requireConfig } from "../config/config.ts";
import { loadConversation, type LoadedConversation } from "../conversation/conversation.ts";
import type { ConsumerCursors } from "../conversation/core/consumer-cursor.ts";
import { ERASURE_KEEPERS, listKeepers, noteErasure, type ErasureKeeper } from "../conversation/core/erasure.ts";
import type { MessageProgress } from "../conversation/core/outbox/message-status.ts";
import { needsSessions, type DeskTerms } from "../conversation/core/session/service.ts";
import type { ConversationState } from "../conversation/core/state.ts";
import type { ClassifiedEvent, SendRequest } from "../conversation/core/transitions.ts";
import type { News } from "../conversation/deps.ts";
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
import type { CommandAnswer, CommandChange, CommandInput, SeenInput, Snapshot } from "../conversation/session/rpc.ts";
import { eraseStorage } from "../conversation/storage/erased-storage.ts";
import { createConversationStore } from "../conversation/storage/store.ts";
import { hasDataKey } from "../desk/report/consumer.ts";
import { relayedAnswer } from "../forwarding/answer-store.ts";
import { movableCursors } from "../inbox/log-consumers.ts";
import type { Channels } from "../inbox/services.ts";
import { loadSessionCode, sessionCode } from "../inbox/session/session-code.ts";
import { withTimeout } from "../platform/deadline.ts";
import { consumerHost, runAlarm } from "./conversation-alarm.ts";
import { isAccountGone } from "./missing-account.ts";

/**
 * Minimum delay until a woken message is tried, milliseconds, so that an isolate that still has the pause cached does
 * not retry in a loop.
 */
const MIN_RESUME_MS = 1_000;
/**
 * Timeout of reading the alarm when the object wakes, milliseconds; after it the runtime constructs the object again.
 */
const READ_ALARM_MS = 5_000;

/** The Durable Object of one user. */
export abstract class Conversation extends DurableObject<Env> implements ConversationRpc {
  /** The channels, set by the composition root. A field of the instance, because RPC exposes methods and getters. */
  protected abstract readonly channels: Channels;
  #loaded = this.#load();
  #notifyDesk: ((news: News) => void) | undefined;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    // The time of the alarm is read whenever the object is constructed, because the alarm may have run before.
    void ctx.blockConcurrencyWhile(async () => {
      this.#loaded.setArmedFor((await withTimeout(READ_ALARM_MS, ctx.storage.getAlarm())) ?? 0);
    });
  }

  receive(address: Address, push: ClassifiedEvent, holder: string): Soon<ReceivedWire> {
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

  rowsBefore(before: number, limit: number): LogPage | null {
    return this.#loaded.rowsBefore(before, limit);
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
  async command(input: CommandInput, holder?: string): Promise<CommandAnswer> {
    return (await loadSessionCode()).runCommand(this.#loaded, input, holder);
  }

  /**
   * Records that an agent has read the session's rows. Returns the state of the sessions after it; null when the log is
   * another one, or was erased.
   */
  async seen(input: SeenInput): Promise<Snapshot | null> {
    return (await loadSessionCode()).recordSeen(this.#loaded, input);
  }

  /**
   * Returns the current state of the sessions; null without a log. Sets the alarm for the deletion of old rows, which
   * a conversation that the desk watches has not set.
   */
  async snapshot(): Promise<Snapshot | null> {
    const code = await loadSessionCode();
    this.#loaded.arm(Date.now());
    return code.readSnapshot(this.#loaded);
  }

  /** Returns the change that a command of the last 24 hours made in this log; null: none. */
  async change(log: string, command: string): Promise<CommandChange | null> {
    return (await loadSessionCode()).readChange(this.#loaded, log, command);
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
   * Makes messages that waited for the app due at a random time between 1 s and 1 s + `spreadMs` from now, and caches
   * the changed pause in this isolate.
   */
  resume(pause: AccountPause, spreadMs: number): void {
    const address = this.#loaded.store.address();
    if (address === undefined) return;
    const app = findConfigOf(requireConfig(this.env), address);
    if (app !== undefined) rememberPause(accountMemory, credentialOf(miniProgramAccount(app.appid)), pause);
    this.#loaded.resume(Date.now() + MIN_RESUME_MS + Math.floor(Math.random() * spreadMs));
  }

  /**
   * Deletes all data of the user at once except a note of the erasure. An unknown user is recorded as erased too, since
   * an erasure may have been interrupted and repeated. With a log, only that log is deleted; any other is kept. Returns
   * whether there was any data to delete.
   */
  erase(log?: string): boolean {
    const { store } = this.#loaded;
    if (log !== undefined && log !== store.log()) return false;
    const known = store.address() !== undefined;
    this.#erase(Date.now());
    return known;
  }

  override alarm(): Promise<void> {
    return runAlarm({
      id: this.ctx.id,
      storage: this.ctx.storage,
      env: this.env,
      channels: this.channels,
      waitUntil: (work) => this.ctx.waitUntil(work),
      loaded: () => this.#loaded,
      reload: () => this.#reload(0),
      erase: (at) => this.#erase(at),
      settle: (...input) => this.settle(...input),
      resume: (pause) => this.resume(pause, 0),
    });
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
      onNews: (news) => this.#onNews(news),
      // Not awaited: the runtime sends no response before alarm and record are stored.
      setAlarm: (at) => void this.ctx.storage.setAlarm(at),
      clock: () => Date.now(),
      random: () => Math.random(),
    });
  }

  /** Notifies the desk shortly after a record, without waiting for it. */
  #onNews(news: News): void {
    const loaded = () => this.#loaded;
    const host = () => {
      const address = loaded().store.address();
      return address && consumerHost({ id: this.ctx.id, loaded }, address);
    };
    // The record was written by the session machine, so the code is loaded.
    this.#notifyDesk ??= sessionCode()?.createDeskNotifier({ host, hasNews: () => loaded().hasNews() }, this.env);
    this.#notifyDesk?.(news);
  }

  /** Deletes all data except a note of the erasure. @param at pushes from before this time are rejected, epoch ms */
  #erase(at: number): void {
    const { store, state } = this.#loaded;
    const erased = { at, log: store.log() ?? null, lastSeq: state().lastSeq };
    const note = noteErasure(store.erased(), erased, this.#keepers());
    let alarmAt = 0;
    try {
      alarmAt = eraseStorage(this.ctx.storage, note, Date.now());
    } finally {
      this.#reload(alarmAt);
    }
  }

  /**
   * Returns the other places that may hold data of the conversation. When neither a log nor a note of an erasure is
   * stored, an earlier erasure may have been interrupted, so every configured place is returned.
   */
  #keepers(): readonly ErasureKeeper[] {
    const { store, state } = this.#loaded;
    if (store.address() !== undefined) return listKeepers(state());
    const config = configOf(this.env);
    if (store.erased() !== undefined || !config.ok) return [];
    const { keepsPictures } = config.value;
    return ERASURE_KEEPERS.filter((keeper) => (keeper === "pictures" ? keepsPictures : hasDataKey(config.value)));
  }

  /** Replaces the loaded conversation. @param alarmAt the time the alarm is set to, epoch ms; 0: not set */
  #reload(alarmAt: number): void {
    this.#loaded = this.#load();
    this.#loaded.setArmedFor(alarmAt);
  }

  /**
   * Returns the cursors of consumers that can be delivered to: none for a removed app, so that rows they have not
   * read do not keep the alarm set.
   */
  #movable({ consumers, lastSeq }: ConversationState): ConsumerCursors {
    const config = requireConfig(this.env);
    const isGone = isAccountGone(config, this.#loaded.store.address(), lastSeq, Date.now());
    return isGone ? {} : movableCursors(consumers, config);
  }
}
