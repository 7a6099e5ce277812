/**
 * One credential's account, named by it, `wechat:<appid>`: the only caller of the token endpoint, the pauses of the
 * whole account, account events and the quarantine (docs/design/0010-one-token-owner.md). Thin: callers reach the opened
 * account (`account/account.ts`), and the parts that need the runtime are here: storage, alarm, configuration, calls.
 *
 * An account without messages costs nothing: the alarm is only set for a background refresh of a token that is in use
 * (read in its last ten minutes), and for deleting stored entries.
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
import type { ResumeStart, WaitAnswer, WaitingConversation } from "../account/pause-control.ts";
import {
  type QuarantinedPush,
  type UnreadablePush,
  keepRefusal,
  keepUnreadable,
  readQuarantine,
} from "../account/quarantine.ts";
import type { AccountRpc } from "../account/rpc.ts";
import type { SendsReport } from "../account/sends-report.ts";
import { accessKey, type AccountAccess, type PauseAnswer } from "../account/token/published-access.ts";
import type { PersonalCursor, PersonalPage } from "../account/user-records.ts";
import type { RefusedAttempt, TokenProblem } from "../channels/access.ts";
import { conversationStubById, objectIdOf } from "../conversation/client.ts";
import type { AccountPause, RelayedAnswer } from "../conversation/rpc.ts";
import { relayedAnswer, textOf } from "../forwarding/answer-store.ts";
import { recordForward, type ForwardHealth, type ForwardReport } from "../forwarding/core/server-health.ts";
import type { Channels } from "../inbox/services.ts";
import { writeLog } from "../platform/logger.ts";
import type { WebhookHealths, WebhookReport } from "../webhooks/core/endpoint-health.ts";
import type { ListedWebhooks } from "../webhooks/core/listed-webhooks.ts";
import type { WebhookStatus } from "../webhooks/records.ts";
import type { SkippedConversation, SkippedEvents } from "../webhooks/skipped-store.ts";
import { createAccountConfig } from "./account-config.ts";

/** The Durable Object of one mini program. */
export abstract class Account extends DurableObject<Env> implements AccountRpc {
  /** The channels, set by the composition root. A field of the instance: RPC reaches methods alone. */
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
    putAccess: ({ text, options }) => this.env.KV.put(accessKey(this.#account.appid()), text, options),
    waitUntil: (work) => this.ctx.waitUntil(work),
  });

  /** The access token, and the pause if there is one. Fetched first when no stored token lives long enough. */
  async access(): Promise<Result<AccountAccess, TokenProblem>> {
    return this.#account.access();
  }

  /**
   * WeChat refused `badToken` (40001, 40014, 42001): returns another token, by one refresh for any number of reports.
   */
  async replace(badToken: string, refused?: RefusedAttempt): Promise<Result<AccountAccess, TokenProblem>> {
    return this.#account.tokens().replace(badToken, refused);
  }

  /**
   * Pauses the account as the reaction requires; a pause may be extended, never shortened. No pause when only one
   * message is refused with the code.
   */
  async pause(cause: PauseCause, refused?: RefusedAttempt): Promise<PauseAnswer> {
    return this.#account.pauses().pause(cause, refused, Math.random());
  }

  /** Registers a conversation that waits for the account. */
  async registerWaiting(waiter: WaitingConversation): Promise<WaitAnswer> {
    return this.#account.pauses().note(waiter);
  }

  /** Begins to lift the pause: returns the conversations whose messages may be tried. */
  async beginResume(): Promise<ResumeStart> {
    return this.#account.pauses().begin();
  }

  /** Ends the trial. Lifts the pause it was made in unless WeChat refused the account. */
  async endResume(pauseVersion: number | null, isAccepted: boolean, isSent = false): Promise<AccountPause> {
    return this.#account.pauses().end(pauseVersion, isAccepted, isSent);
  }

  /** WeChat accepted a message after a pause had ended by itself; each isolate reports it once per pause. */
  async recordAccepted(pauseVersion: number): Promise<void> {
    this.#account.pauses().accepted(pauseVersion);
  }

  /** The faults of the account at this moment. */
  async faults(): Promise<readonly AccountFault[]> {
    return faultsOf(this.#account.store.state(), await this.#config.secretTag(), Date.now());
  }

  /** An isolate's sends failed, or, null, one succeeded after that. */
  async recordSends(report: SendsReport): Promise<void> {
    this.#account.pauses().recordSends(report);
  }

  /** Settings were stored: the records and cursors of webhooks follow them. */
  async followSettings(listed: ListedWebhooks): Promise<void> {
    this.#account.follow(listed);
  }

  /** The webhooks with failures. */
  async webhookHealths(listed?: ListedWebhooks): Promise<WebhookHealths> {
    this.#account.follow(listed);
    return this.#account.store.state().webhooks;
  }

  /** A conversation reports a call of a webhook. Returns the webhook's health after it. */
  async reportWebhook(id: string, report: WebhookReport, listed?: ListedWebhooks): Promise<WebhookHealths> {
    this.#account.follow(listed);
    return this.#account.webhooks.report(id, report, listed, Date.now());
  }

  /** Records events of a conversation that a webhook did not accept; they are recorded when it resolves. */
  async recordSkipped(id: string, events: SkippedEvents, listed?: ListedWebhooks): Promise<void> {
    this.#account.follow(listed);
    this.#account.webhooks.recordSkipped(id, events, listed, Date.now());
  }

  /** The state of the webhooks of the settings, with the events they did not receive. */
  async webhookStatus(listed: ListedWebhooks): Promise<WebhookStatus> {
    this.#account.follow(listed);
    return this.#account.webhooks.status();
  }

  /** The conversations to replay, the longest waiting first, or only the named one. */
  async skippedConversations(id: string, which: number | string): Promise<readonly SkippedConversation[]> {
    return this.#account.webhooks.skippedConversations(id, which);
  }

  /** These conversations deliver their skipped events again. Returns how many conversations are still recorded. */
  async replayed(id: string, read: readonly SkippedConversation[]): Promise<number> {
    return this.#account.webhooks.replayed(id, read);
  }

  /** Deletes the record of events that a webhook did not receive. Returns their number. */
  async dismissSkipped(id: string): Promise<number> {
    return this.#account.webhooks.dismiss(id);
  }

  /** Deletes a conversation, by its object's id, from all webhook records: the user was erased. */
  async forgetConversation(conversation: string): Promise<void> {
    this.#account.webhooks.forget(conversation);
  }

  /** The milestones reached with the present credentials. */
  async milestones(): Promise<Milestones> {
    return milestonesOf(this.#account.store.state().milestones, await this.#config.setupHash());
  }

  /** Records a milestone; written only when it is new. */
  async recordMilestone(milestone: Milestone): Promise<void> {
    return this.#account.recordMilestone(milestone);
  }

  /**
   * Stores an event of the mini program as a whole.
   *
   * @param key the same for every delivery of the event
   * @param arrived `createdAt` 0: it came without CreateTime
   * @param now when it arrived, epoch ms
   * @param signedAt when it was signed, epoch ms; 0: unknown
   * @param listed the webhooks of the settings the caller has read
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

  /** Events after a cursor, oldest first, at most one page. */
  async appEvents(after: number, limit: number): Promise<readonly KeptAccountEvent[]> {
    return this.#account.events.read(after, limit);
  }

  /**
   * Delivers the events after a cursor to a webhook again. Returns the cursor; null when the webhook does not listen to
   * them.
   */
  async replayEvents(id: string, after: number, listed: ListedWebhooks): Promise<number | null> {
    this.#account.follow(listed);
    return this.#account.events.replay(id, after, Date.now());
  }

  /**
   * The answer returned for a forwarded event; `answer` when it is the first (`relayedAnswer`). An answer that names a
   * user erased within the day is not stored.
   */
  async relayed(key: string, answer: RelayedAnswer | null): Promise<RelayedAnswer | null> {
    const isKept = answer === null || !(await this.#account.erasures.concern(textOf(answer), 0, Date.now()));
    return relayedAnswer(this.ctx.storage, key, isKept ? answer : null, 2_000) ?? answer;
  }

  /** The failures of the team's own push server, null when it has none; with a Worker's report, the state after it. */
  async forwardHealth(report: ForwardReport | null): Promise<ForwardHealth | null> {
    const known = this.#account.store.state().forward;
    const forward = report === null ? known : recordForward(known, report, Date.now());
    if (forward !== known) this.#account.write({ forward });
    return forward;
  }

  /** Stores an unreadable push in the quarantine. */
  async quarantine(push: UnreadablePush): Promise<void> {
    if (!(await keepUnreadable(this.#account.store, push, this.#account.erasures, Date.now()))) return;
    this.#account.write({});
    writeLog("quarantine_grew", { ...miniProgramAccount(this.#account.appid()), cause: push.cause });
  }

  /**
   * Pushes were rejected for the age of their timestamp: they are counted, with one entry a day in the quarantine,
   * without body.
   */
  async recordStalePush(note: StalePushReport): Promise<void> {
    keepRefusal(this.#account.store, { at: note.at, cause: `stale: ${describeAge(note.ageMs)}` });
    this.#account.write({ stale: addStale(this.#account.store.state().stale, note, Date.now()) });
  }

  /** Unreadable pushes of the last week, newest first. */
  async quarantined(limit: number): Promise<readonly QuarantinedPush[]> {
    return readQuarantine(this.#account.store, limit, Date.now());
  }

  /** A page of the records about a user. */
  async recordsOf({ user }: Address, from: PersonalCursor): Promise<PersonalPage> {
    return this.#account.records.read(user, from);
  }

  /** Erases the records that name the user or the user's conversation. Safe to repeat. */
  async eraseUser(address: Address): Promise<void> {
    return this.#account.eraseUser(address, objectIdOf(this.env.CONVERSATION, address));
  }

  /** Background refresh, retention, events to deliver, conversations to wake. Set again while something is due. */
  override alarm(): Promise<void> {
    return this.#account.ring();
  }
}
