/**
 * One user's conversation: `${appid}:${openid}`. Thin: load, let the pure transitions of `domain/` decide, write,
 * arm the alarm, all in one synchronous transaction. The Worker carries messages to WeChat; only the alarm sends by
 * itself (DESIGN.md §3).
 */
import { DurableObject } from "cloudflare:workers";
import { MINI_PROGRAM } from "../../shared/channel.ts";
import type { Delivery } from "../../shared/delivery.ts";
import type { AnswerKind } from "../../shared/inbound.ts";
import { configOf, findApp, type Config } from "../config.ts";
import {
  receivePush,
  submitMessage,
  wake,
  type PushInput,
  type SubmitInput,
  type Submitted,
} from "../domain/conversation.ts";
import { writeRows, type RowDraft, type RowWriter } from "../domain/log.ts";
import { messageState, type MessageState } from "../domain/message-state.ts";
import { leaseNext, settleAttempt, type Lease, type OutboxContext } from "../domain/outbox.ts";
import { mustArm, nextDue } from "../domain/schedule.ts";
import { EMPTY_STATE, type ConversationState } from "../domain/state.ts";
import { replayCursor, wakeCursors, type WebhookCursors } from "../domain/webhook-cursor.ts";
import { viewWindow } from "../domain/window.ts";
import { log, logUser } from "../log.ts";
import { carryChain } from "./carry.ts";
import { connectApp, type AppConnection } from "./connect.ts";
import type { ConversationView, LeasedMessage, Owner, Received, SubmitAnswer } from "./conversation-model.ts";
import { createConversationStore } from "./conversation-store.ts";
import { tellWebhooks, type WebhookHost } from "./conversation-webhooks.ts";

/** A transition with a value for the caller. */
type Step<T> = (
  state: ConversationState,
  writer: RowWriter,
  context: OutboxContext,
) => { readonly state: ConversationState; readonly lease?: Lease; readonly value: T };

/** A repeat is looked for so long before CreateTime, milliseconds: clocks differ. */
const REPEAT_SLACK_MS = 120_000;
/** An Idempotency-Key is remembered so long, milliseconds. */
const IDEMPOTENCY_MS = 24 * 3_600_000;
/** The alarm sends for so long at a stretch, milliseconds. */
const ALARM_BUDGET_MS = 20_000;
/** The alarm never rings again sooner, milliseconds: a mistake must not become a busy loop. */
const ALARM_FLOOR_MS = 500;
/** After a failure of our own the alarm rests so long, milliseconds. */
const ALARM_REST_MS = 60_000;
/** Rows deleted at a stretch. */
const PRUNE_BATCH = 500;

/** The Durable Object of one user. */
export class Conversation extends DurableObject<Env> {
  #store = createConversationStore(this.ctx.storage);
  #state: ConversationState = this.#store.state();

  /** A push arrived: decided, stored and answered in one transaction. The first attempt is leased to the caller. */
  receive(owner: Owner, push: PushInput): Received {
    const now = Date.now();
    const config = this.#config();
    const { createdAt } = push.inbound;
    if (createdAt < now - config.retentionMs) return { outcome: "ignored", answer: "success" };
    const known = this.#store.answerTo(push.key, Math.min(createdAt, now) - REPEAT_SLACK_MS);
    const step: Step<AnswerKind> = (state, writer, context) => {
      const received = known === undefined ? receivePush(state, writer, push, context) : { state, answer: known };
      const leased = leaseNext(received.state, writer, context);
      return { ...leased, value: received.answer };
    };
    const { value: answer, lease } = this.#transact(owner, config, now, step);
    return { outcome: known === undefined ? "new" : "repeat", answer, ...(lease !== undefined && { lease }) };
  }

  /** The API wants a message sent. The same key and request give the first message with its current state. */
  submit(owner: Owner, input: SubmitInput): SubmitAnswer {
    const now = Date.now();
    const earlier = this.#store.requestedBy(input.key, now - IDEMPOTENCY_MS);
    if (earlier !== undefined) return this.#answerAgain(earlier, input, now);
    const step: Step<Submitted> = (state, writer, context) => {
      const submitted = submitMessage(state, writer, input, context);
      if (!submitted.ok) return { state, value: submitted };
      return { ...leaseNext(submitted.state, writer, context), value: submitted };
    };
    const { value, lease } = this.#transact(owner, this.#config(), now, step);
    const window = viewWindow(this.#state.window, MINI_PROGRAM, now);
    if (!value.ok) return { ok: false, reason: value.reason, window };
    return { ok: true, message: this.#messageState(value.message), window, ...(lease !== undefined && { lease }) };
  }

  /**
   * What became of an attempt. Safe to call again.
   *
   * @param wantNext whether the caller has time for another attempt
   * @returns the next attempt, if one is due
   */
  settle(seq: number, attempt: number, delivery: Delivery, wantNext: boolean): LeasedMessage | null {
    const owner = this.#store.owner();
    // Erased in the meantime: there is nothing left to record it on.
    if (owner === undefined) return null;
    const step: Step<null> = (state, writer, context) => {
      const isRecorded = () => this.#store.isRecorded(seq, attempt);
      const settled = settleAttempt(state, writer, { seq, attempt, delivery }, context, isRecorded);
      return { ...(wantNext ? leaseNext(settled, writer, context) : { state: settled }), value: null };
    };
    return this.#transact(owner, this.#config(), Date.now(), step).lease ?? null;
  }

  /** The window, the context and the newest rows; null when the user is unknown. */
  view(limit: number): ConversationView | null {
    if (this.#store.owner() === undefined) return null;
    const now = Date.now();
    const { window, sessionFrom, held, mutedUntil, last } = this.#state;
    return {
      window: viewWindow(window, MINI_PROGRAM, now),
      sessionFrom,
      heldCount: held.length,
      mutedUntil: mutedUntil > now ? mutedUntil : null,
      lastSeq: last,
      rows: this.#store.newest(limit),
    };
  }

  /** Rows after a cursor, oldest first: history and every change. Null when the user is unknown. */
  rows(after: number, limit: number): readonly RowDraft[] | null {
    return this.#store.owner() === undefined ? null : this.#store.rows(after, limit);
  }

  /** Where a message stands, or null when there is no such message. */
  message(appid: string, seq: number): MessageState | null {
    if (this.#store.owner()?.appid !== appid || this.#store.outgoing(seq) === undefined) return null;
    return messageState(seq, this.#rowsFrom(seq), this.#state) ?? null;
  }

  /**
   * Tells a webhook everything after a row again, from the rows that are still kept.
   *
   * @returns the cursor it begins from; null when the user is unknown
   */
  replay(webhookId: string, after: number): number | null {
    if (this.#store.owner() === undefined) return null;
    const now = Date.now();
    const from = Math.min(after, this.#state.last);
    this.#keepCursors({ ...this.#state.webhooks, [webhookId]: replayCursor(from, now) }, true);
    this.ctx.waitUntil(this.#rearm(now));
    return from;
  }

  /** Deletes everything about the user, at once. Returns whether there was anything. */
  async erase(): Promise<boolean> {
    const known = this.#store.owner() !== undefined;
    if (known) await this.#wipe();
    return known;
  }

  /** The safety net: whatever is due and has no carrier. Never throws, always armed again. */
  override async alarm(): Promise<void> {
    let rest = ALARM_FLOOR_MS;
    try {
      await this.#work();
    } catch (error) {
      rest = ALARM_REST_MS;
      log("alarm_failed", { object: "conversation", error: error instanceof Error ? error.name : "unknown" });
    }
    await this.#rearm(Date.now() + rest);
  }

  /** Sets the alarm for what is due, not before `earliest`. */
  async #rearm(earliest: number): Promise<void> {
    const config = configOf(this.env);
    const retentionMs = config.ok ? config.value.retentionMs : ALARM_REST_MS;
    const due = nextDue(this.#state, this.#store.oldest(), retentionMs, config.ok && mayTell(config.value));
    if (due === undefined) return;
    const alarmAt = Math.max(due, earliest);
    this.#state = { ...this.#state, alarmAt };
    await this.ctx.storage.setAlarm(alarmAt);
  }

  async #work(): Promise<void> {
    const owner = this.#store.owner();
    if (owner === undefined) return;
    const config = this.#config();
    const started = Date.now();
    const step: Step<null> = (state, writer, context) => ({ ...wake(state, writer, context), value: null });
    const { lease } = this.#transact(owner, config, started, step);
    const app = findApp(config, owner.appid);
    if (app !== undefined) {
      const connection = connectApp(this.env, config, app);
      // Side by side: an endpoint that is slow to take an event must not hold up a message.
      await Promise.all([
        lease && this.#carry(lease, owner, connection, started + ALARM_BUDGET_MS),
        mayTell(config) && tellWebhooks(this.#webhookHost(owner), connection),
      ]);
    }
    await this.#prune(config, Date.now());
  }

  async #carry(lease: LeasedMessage, owner: Owner, connection: AppConnection, until: number): Promise<void> {
    const user = await logUser(owner.appid, owner.openid);
    await carryChain(lease, {
      client: connection.client,
      settle: (seq, attempt, delivery, wantNext) => Promise.resolve(this.settle(seq, attempt, delivery, wantNext)),
      until,
      fields: { app: owner.appid, user, via: "alarm" },
    });
  }

  #webhookHost(owner: Owner): WebhookHost {
    return {
      owner,
      objectId: this.ctx.id.toString(),
      state: () => this.#state,
      store: () => this.#store,
      keep: (webhooks, durable) => this.#keepCursors(webhooks, durable),
    };
  }

  #keepCursors(webhooks: WebhookCursors, durable: boolean): void {
    this.#state = { ...this.#state, webhooks };
    if (durable) this.#store.rewriteState(this.#state);
  }

  /** Rows past the retention time go; when all have, so does the object. */
  async #prune(config: Config, now: number): Promise<void> {
    const horizon = now - config.retentionMs;
    const oldest = this.#store.oldest();
    if (oldest === undefined || oldest >= horizon) return;
    const idle = this.#state.queue.length === 0 && this.#state.held.length === 0;
    if (this.#state.last < horizon && idle) return this.#wipe();
    // The newest record carries the state, and what waits to be sent is read from its row: they stay.
    const waiting = [...this.#state.queue.map(({ seq }) => seq), ...this.#state.held.map(({ message }) => message)];
    this.#store.prune(Math.min(horizon, this.#state.last, ...waiting), PRUNE_BATCH);
  }

  async #wipe(): Promise<void> {
    this.#state = EMPTY_STATE;
    await this.ctx.storage.deleteAll();
    this.#store = createConversationStore(this.ctx.storage);
  }

  /** Runs a step, stores what it wrote, arms the alarm: all or nothing, with no await inside. */
  #transact<T>(
    owner: Owner,
    config: Config,
    now: number,
    step: Step<T>,
  ): { readonly value: T; readonly lease: LeasedMessage | undefined } {
    const context: OutboxContext = {
      rules: MINI_PROGRAM,
      now,
      random: Math.random(),
      unconfirmedRetries: config.unconfirmedRetries,
    };
    const committed = this.ctx.storage.transactionSync(() => {
      const writer = writeRows(this.#state.last, now);
      const { state, lease, value } = step(this.#state, writer, context);
      if (lease !== undefined && writer.rows().length === 0) {
        writer.append({ kind: "attempt", ref: lease.seq, body: { attempt: lease.attempt } });
      }
      if (writer.rows().length === 0) return { state: this.#state, value, lease: undefined };
      const webhooks = wakeCursors(state.webhooks, this.#state.last, now);
      const armed = this.#arm({ ...state, webhooks, last: writer.last() }, writer, config, now);
      this.#store.append(owner, writer.rows(), armed);
      return { state: armed, value, lease: lease && this.#fill(lease, owner, armed) };
    });
    this.#state = committed.state;
    return committed;
  }

  #arm(state: ConversationState, writer: RowWriter, config: Config, now: number): ConversationState {
    const oldest = this.#store.oldest() ?? writer.rows()[0]?.seq;
    const due = nextDue(state, oldest, config.retentionMs, mayTell(config));
    if (!mustArm(due, state.alarmAt, now)) return state;
    this.ctx.waitUntil(this.ctx.storage.setAlarm(due));
    return { ...state, alarmAt: due };
  }

  #fill(lease: Lease, owner: Owner, state: ConversationState): LeasedMessage {
    const row = this.#store.outgoing(lease.seq);
    if (row === undefined) throw new Error("a queued message has no row");
    const { message, isAi = false } = row.body;
    const { businessId } = state;
    return { ...lease, openid: owner.openid, message, isAi, ...(businessId !== null && { businessId }) };
  }

  #answerAgain(
    earlier: { readonly seq: number; readonly request: string },
    input: SubmitInput,
    now: number,
  ): SubmitAnswer {
    const window = viewWindow(this.#state.window, MINI_PROGRAM, now);
    if (earlier.request !== input.request) return { ok: false, reason: "idempotency_mismatch", window };
    return { ok: true, message: this.#messageState(earlier.seq), window };
  }

  #messageState(seq: number): MessageState {
    const message = messageState(seq, this.#rowsFrom(seq), this.#state);
    if (message === undefined) throw new Error("a message has no row");
    return message;
  }

  #rowsFrom(seq: number): readonly RowDraft[] {
    return this.#store.rows(seq - 1, Number.MAX_SAFE_INTEGER);
  }

  #config(): Config {
    const config = configOf(this.env);
    if (!config.ok) throw new Error("the configuration is incomplete: see /healthz");
    return config.value;
  }
}

/** Without a secret webhooks wait: the log keeps what they have not heard. */
function mayTell(config: Config): boolean {
  return config.webhookSecrets.length > 0;
}
