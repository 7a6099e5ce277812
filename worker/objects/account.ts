/**
 * The account of one credential; the object's name is the credential, `wechat:<appid>`. It is the only caller of the
 * token endpoint and stores the pauses of the whole account, account events and the quarantine
 * (docs/design/0010-one-token-owner.md). The logic is in `account/account.ts`; this class contains the parts that need
 * the runtime: storage, alarm, configuration, calls.
 *
 * An account without messages costs nothing: the alarm is set only for a background refresh of a token that is in use
 * (read in its last ten minutes), for deliveries of events, for waking conversations, and for deleting stored entries.
 */
import { DurableObject } from "cloudflare:workers";
import type { Result } from "../../shared/base/result.ts";
import type { OwnedAccountEvent } from "../../shared/message/account-event.ts";
import { miniProgramAccount, type Address } from "../../shared/message/address.ts";
import type { PauseCause } from "../../shared/message/delivery.ts";
import { openAccount, type OpenAccount } from "../account/account.ts";
import { faultsOf, type AccountFault } from "../account/core/faults.ts";
import { milestonesOf, type Milestone, type Milestones } from "../account/core/milestones.ts";
import { addStale, describeAge, type StalePushReport } from "../account/core/stale-pushes.ts";
import type { KeptAccountEvent, EventOutcome } from "../account/events.ts";
import type { SendsReport } from "../account/faults/sends-report.ts";
import type { ResumeStart, WaitAnswer, WaitingConversation } from "../account/pause/pause-control.ts";
import {
  type QuarantinedPush,
  type UnreadablePush,
  keepRefusal,
  keepUnreadable,
  readQuarantine,
} from "../account/quarantine.ts";
import type { AccountRpc } from "../account/rpc.ts";
import { accessKey, type AccountAccess, type PauseAnswer } from "../account/token/published-access.ts";
import type { PersonalCursor, PersonalPage } from "../account/users/user-records.ts";
import type { RefusedAttempt, TokenProblem } from "../channels/access.ts";
import { conversationStubById, objectIdOf } from "../conversation/client.ts";
import type { AccountPause, RelayedAnswer } from "../conversation/rpc.ts";
import { relayedAnswer, textOf } from "../forwarding/answer-store.ts";
import { recordForward, type ForwardHealth, type ForwardReport } from "../forwarding/core/server-health.ts";
import type { Channels } from "../inbox/services.ts";
import { writeLog } from "../platform/logger.ts";
import type { WebhookHealths, WebhookReport } from "../webhooks/core/endpoint-health.ts";
import type { ListedWebhooks } from "../webhooks/core/listed-webhooks.ts";
import type { SkippedConversation, SkippedEvents } from "../webhooks/core/skipped.ts";
import type { WebhookStatus } from "../webhooks/records.ts";
import { createAccountConfig } from "./account-config.ts";

/** The Durable Object of one credential. */
export abstract class Account extends DurableObject<Env> implements AccountRpc {
  /** The channels, set by the composition root. A field of the instance, because RPC exposes methods and getters. */
  protected abstract readonly channels: Channels;
  readonly #config = createAccountConfig(
    () => this.env,
    () => this.#account.appid(),
  );
  readonly #account: OpenAccount = openAccount({
    storage: this.ctx.storage,
    objectId: this.ctx.id.toString(),
    name: this.ctx.id.name,
    config: this.#config,
    webhookAccount: this,
    texts: () => this.channels.texts(),
    wake: (id, pause, spreadMs) => conversationStubById(this.env.CONVERSATION, id).resume(pause, spreadMs),
    putAccess: ({ text, options }) => this.env.KV.put(accessKey(this.#account.credential()), text, options),
    waitUntil: (work) => this.ctx.waitUntil(work),
  });

  /**
   * Returns the access token, and the pause if there is one. A token is fetched first when no stored one is valid long
   * enough.
   */
  async access(): Promise<Result<AccountAccess, TokenProblem>> {
    return this.#account.access();
  }

  /**
   * Replaces `badToken`, which WeChat refused (40001, 40014, 42001), and returns another token; any number of reports
   * cause one refresh.
   */
  async replace(badToken: string, refused?: RefusedAttempt): Promise<Result<AccountAccess, TokenProblem>> {
    return this.#account.tokens().replace(badToken, refused);
  }

  /**
   * Pauses the account as the reaction requires; a pause may be extended, never shortened. There is no pause when the
   * code is returned for only one message.
   */
  async pause(cause: PauseCause, refused?: RefusedAttempt): Promise<PauseAnswer> {
    return this.#account.pauses().pause(cause, refused, Math.random());
  }

  /** Registers a conversation that waits for the account. */
  async registerWaiting(waiter: WaitingConversation): Promise<WaitAnswer> {
    return this.#account.pauses().note(waiter);
  }

  /**
   * Begins to lift the pause: returns the conversations whose messages may be used for the test send, or why none is
   * made (no pause, no token, another test send in progress).
   */
  async beginResume(): Promise<ResumeStart> {
    return this.#account.pauses().begin();
  }

  /** Ends the test send. Lifts the pause in which it was made if `isAccepted`. */
  async endResume(pauseVersion: number | null, isAccepted: boolean, isSent = false): Promise<AccountPause> {
    return this.#account.pauses().end(pauseVersion, isAccepted, isSent);
  }

  /** Records that WeChat accepted a message after a pause had expired; each isolate reports it once per pause. */
  async recordAccepted(pauseVersion: number): Promise<void> {
    this.#account.pauses().accepted(pauseVersion);
  }

  /** Returns the current faults of the account. */
  async faults(): Promise<readonly AccountFault[]> {
    return faultsOf(this.#account.store.state(), await this.#config.secretTag(), Date.now());
  }

  /** Records that an isolate's sends failed, or, with null, that a send succeeded after failures. */
  async recordSends(report: SendsReport): Promise<void> {
    this.#account.pauses().recordSends(report);
  }

  /** Applies stored settings: the records and cursors of webhooks belong to the newest version. */
  async followSettings(listed: ListedWebhooks): Promise<void> {
    this.#account.follow(listed);
  }

  /** Returns the health of the webhooks with failures. */
  async webhookHealths(listed?: ListedWebhooks): Promise<WebhookHealths> {
    this.#account.follow(listed);
    return this.#account.store.state().webhooks;
  }

  /** Records a conversation's report of a webhook call. Returns the health of all webhooks with failures after it. */
  async reportWebhook(id: string, report: WebhookReport, listed?: ListedWebhooks): Promise<WebhookHealths> {
    this.#account.follow(listed);
    return this.#account.webhooks.report(id, report, listed, Date.now());
  }

  /** Records events of a conversation that a webhook did not accept; when the call resolves, they are stored. */
  async recordSkipped(id: string, events: SkippedEvents, listed?: ListedWebhooks): Promise<void> {
    this.#account.follow(listed);
    this.#account.webhooks.recordSkipped(id, events, listed, Date.now());
  }

  /** Returns the state of the webhooks in the settings, with the events they did not receive. */
  async webhookStatus(listed: ListedWebhooks): Promise<WebhookStatus> {
    this.#account.follow(listed);
    return this.#account.webhooks.status();
  }

  /** Returns the conversations to replay, those with the oldest skipped event first, or only the named one. */
  async skippedConversations(id: string, which: number | string): Promise<readonly SkippedConversation[]> {
    return this.#account.webhooks.skippedConversations(id, which);
  }

  /** Removes conversations that redeliver their skipped events. Returns how many conversations are still recorded. */
  async replayed(id: string, read: readonly SkippedConversation[]): Promise<number> {
    return this.#account.webhooks.replayed(id, read);
  }

  /** Deletes the record of events that a webhook did not receive. Returns their number. */
  async dismissSkipped(id: string): Promise<number> {
    return this.#account.webhooks.dismiss(id);
  }

  /** Removes a conversation whose user was erased from all webhook records, by its object's id. */
  async forgetConversation(conversation: string): Promise<void> {
    this.#account.webhooks.forget(conversation);
  }

  /** Returns the milestones reached with the current credentials. */
  async milestones(): Promise<Milestones> {
    return milestonesOf(this.#account.store.state().milestones, await this.#config.setupHash());
  }

  /** Records a milestone; written only when it is new. */
  async recordMilestone(milestone: Milestone): Promise<void> {
    return this.#account.recordMilestone(milestone);
  }

  /**
   * Stores an account event.
   *
   * @param key the same for every delivery of the event
   * @param arrived the event; `createdAt` is 0 without CreateTime
   * @param now when it arrived, epoch ms
   * @param signedAt when the push was signed, epoch ms; 0: unknown
   * @param listed the webhooks of the settings that the caller has read
   * @returns see `EventOutcome`
   */
  async appEvent(
    key: string,
    arrived: OwnedAccountEvent,
    now: number,
    signedAt = 0,
    listed?: ListedWebhooks,
  ): Promise<EventOutcome> {
    this.#account.follow(listed);
    return this.#account.events.add(key, arrived, { now, signedAt, keptMs: this.#config.retention().eventsMs });
  }

  /** Returns events after a cursor, oldest first, at most one page. */
  async appEvents(after: number, limit: number): Promise<readonly KeptAccountEvent[]> {
    return this.#account.events.read(after, limit);
  }

  /**
   * Moves a webhook's cursor back, so that all later events are delivered again. Returns the cursor; null when the
   * webhook does not subscribe to them.
   */
  async replayEvents(id: string, after: number, listed: ListedWebhooks): Promise<number | null> {
    this.#account.follow(listed);
    return this.#account.events.replay(id, after, Date.now());
  }

  /**
   * Returns the stored answer for a forwarded event, or stores `answer` if there is none yet (`relayedAnswer`). An
   * answer that names a user who was erased within the last day is not stored.
   */
  async relayed(key: string, answer: RelayedAnswer | null): Promise<RelayedAnswer | null> {
    const isKept = answer === null || !(await this.#account.erasures.concern(textOf(answer), 0, Date.now()));
    return relayedAnswer(this.ctx.storage, key, isKept ? answer : null, 2_000) ?? answer;
  }

  /**
   * Returns the failures of the team's own push server, null when it has none; with a Worker's report, the state after
   * it.
   */
  async forwardHealth(report: ForwardReport | null): Promise<ForwardHealth | null> {
    const known = this.#account.store.state().forward;
    const forward = report === null ? known : recordForward(known, report, Date.now());
    if (forward !== known) this.#account.write({ forward });
    return forward;
  }

  /**
   * Stores an unreadable push in the quarantine. A repeat is not stored again; a push that names an erased user is
   * stored without its text.
   */
  async quarantine(push: UnreadablePush): Promise<void> {
    if (!(await keepUnreadable(this.#account.store, push, this.#account.erasures, Date.now()))) return;
    this.#account.write({});
    writeLog("quarantine_grew", { ...miniProgramAccount(this.#account.appid()), cause: push.cause });
  }

  /**
   * Records that pushes were rejected because of their signed timestamp: they are counted, with one entry per day in
   * the quarantine, without a body.
   */
  async recordStalePush(note: StalePushReport): Promise<void> {
    keepRefusal(this.#account.store, { at: note.at, cause: `stale: ${describeAge(note.ageMs)}` });
    this.#account.write({ stale: addStale(this.#account.store.state().stale, note, Date.now()) });
  }

  /**
   * Returns the quarantine of the last week, newest first: unreadable pushes, and one entry per day with stale pushes.
   */
  async quarantined(limit: number): Promise<readonly QuarantinedPush[]> {
    return readQuarantine(this.#account.store, limit, Date.now());
  }

  /** Returns a page of the records about a user. */
  async recordsOf({ user }: Address, from: PersonalCursor): Promise<PersonalPage> {
    return this.#account.records.read(user, from);
  }

  /** Erases the records that name the user or the user's conversation. Idempotent. */
  async eraseUser(address: Address): Promise<void> {
    return this.#account.eraseUser(address, objectIdOf(this.env.CONVERSATION, address));
  }

  /**
   * Runs the background refresh, retention, deliveries of events, and wake-ups of conversations that are due. Sets
   * itself again while something is due.
   */
  override alarm(): Promise<void> {
    return this.#account.ring();
  }
}
