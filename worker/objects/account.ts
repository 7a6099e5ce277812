/**
 * One credential's account, named by it, `wechat:<appid>`: the only caller of the token endpoint, the pauses of the
 * whole app, account events and the quarantine (docs/design/0010-one-token-owner.md). Thin: the decisions are in
 * account/core/state.ts and account/token/token-keeper.ts, the SQL in account/store.ts.
 *
 * An account without messages costs nothing: the alarm is only set for a background refresh of a token that is in use
 * (read in its last ten minutes), and for deleting stored entries.
 *
 * Longer than other files because it is one class with all methods that callers and the runtime call.
 */
import { DurableObject } from "cloudflare:workers";
import type { Result } from "../../shared/base/result.ts";
import { miniProgramAccount, miniProgramAddress } from "../../shared/message/address.ts";
import type { PauseCause } from "../../shared/message/delivery.ts";
import type { AccountEvent } from "../../shared/message/inbound.ts";
import { sendIdPrefix } from "../../shared/message/send-id.ts";
import { appidOf } from "../account/core/credential.ts";
import { faultsOf, type AccountFault } from "../account/core/faults.ts";
import { milestonesOf, addMilestone, type Milestone, type Milestones } from "../account/core/milestones.ts";
import { forgetMessages } from "../account/core/pause.ts";
import { nextDue, type Oldest } from "../account/core/schedule.ts";
import { addStale, describeAge, type StalePushReport } from "../account/core/stale-pushes.ts";
import type { AccountState } from "../account/core/state.ts";
import { createErasures } from "../account/erasures.ts";
import { createAccountEvents, type KeptAccountEvent, type EventOutcome } from "../account/events.ts";
import {
  createPauseControl,
  type PauseControl,
  type ResumeStart,
  type WaitAnswer,
  type WaitingConversation,
} from "../account/pause-control.ts";
import {
  type QuarantinedPush,
  type UnreadablePush,
  keepRefusal,
  keepUnreadable,
  readQuarantine,
} from "../account/quarantine.ts";
import type { AccountRpc } from "../account/rpc.ts";
import type { SendsReport } from "../account/sends-report.ts";
import { createAccountStore, NAMELESS_ACCOUNT } from "../account/store.ts";
import { accessKey, type AccountAccess, type PauseAnswer, toPublished } from "../account/token/published-access.ts";
import type { TokenKeeper } from "../account/token/token-keeper.ts";
import { createUserRecords, type PersonalCursor, type PersonalPage } from "../account/user-records.ts";
import { createWaitingList } from "../account/waiting-list.ts";
import type { RefusedAttempt, TokenProblem } from "../channels/access.ts";
import { describeCode } from "../channels/wechat/errcode.ts";
import { conversationStubById, objectIdOf } from "../conversation/client.ts";
import type { AccountPause, RelayedAnswer } from "../conversation/rpc.ts";
import { relayedAnswer, textOf } from "../forwarding/answer-store.ts";
import { recordForward, type ForwardHealth, type ForwardReport } from "../forwarding/core/server-health.ts";
import { withTimeout } from "../platform/deadline.ts";
import { createPublisher } from "../platform/kv-publisher.ts";
import { errorName, writeLog, conversationTag } from "../platform/logger.ts";
import type { WebhookHealths, WebhookReport } from "../webhooks/core/endpoint-health.ts";
import { isNewer, type ListedWebhooks } from "../webhooks/core/listed-webhooks.ts";
import { createWebhookRecords, type WebhookStatus } from "../webhooks/records.ts";
import { createSkippedStore, type SkippedConversation, type SkippedEvents } from "../webhooks/skipped-store.ts";
import { createAccountApp } from "./account-config.ts";
import { keepTokens } from "./token-endpoint.ts";

/** Back-off of the alarm after an internal error, milliseconds; then it runs again. */
const ALARM_ERROR_DELAY_MS = 60_000;
/** Timeout of setting an alarm, milliseconds; the runtime repeats a failed alarm. */
const SET_ALARM_MS = 5_000;

/** The Durable Object of one mini program. */
export class Account extends DurableObject<Env> implements AccountRpc {
  readonly #store = createAccountStore(this.ctx.storage, this.ctx.id.name);
  readonly #accessPublisher = createPublisher({ what: "access", put: () => this.#putAccess() });
  readonly #app = createAccountApp(
    () => this.env,
    () => this.#appid(),
  );
  readonly #skipped = createSkippedStore(this.ctx.storage);
  readonly #erasures = createErasures(this.ctx.storage);
  readonly #webhooks = createWebhookRecords({
    appid: () => this.#appid(),
    listed: () => this.#store.state().listed,
    healths: () => this.#store.state().webhooks,
    write: (webhooks) => this.#write(webhooks === undefined ? {} : { webhooks }),
    skipped: this.#skipped,
  });
  readonly #events = createAccountEvents({
    store: this.#store,
    objectId: this.ctx.id.toString(),
    appid: () => this.#appid(),
    cursors: () => this.#store.state().appWebhooks,
    write: (appWebhooks) => this.#write(appWebhooks === undefined ? {} : { appWebhooks }),
    settings: () => this.#app.settings(),
    version: () => this.#store.state().listed.version,
    follow: (listed) => this.#follow(listed),
    webhooks: () => this.#app.webhooks(),
    account: this,
    erasures: this.#erasures,
    recordSkipped: (id, events, now) => this.#webhooks.recordSkipped(id, events, undefined, now),
  });
  #keeper: TokenKeeper | undefined;
  #resuming: PauseControl | undefined;
  /** The alarm handler is running and will set the alarm itself. */
  #isRinging = false;

  /** The access token, and the pause if there is one. Fetched first when no stored token lives long enough. */
  async access(): Promise<Result<AccountAccess, TokenProblem>> {
    const access = await this.#tokens().access();
    if (access.ok && this.#accessPublisher.isBehind()) this.#publishAccess();
    return access;
  }

  /**
   * WeChat refused `badToken` (40001, 40014, 42001): returns another token, by one refresh for any number of reports.
   */
  async replace(badToken: string, refused?: RefusedAttempt): Promise<Result<AccountAccess, TokenProblem>> {
    return this.#tokens().replace(badToken, refused);
  }

  /**
   * Pauses the account as the reaction requires; a pause may be extended, never shortened. No pause when only one
   * message is refused with the code.
   */
  async pause(cause: PauseCause, refused?: RefusedAttempt): Promise<PauseAnswer> {
    return this.#resumer().pause(cause, refused, Math.random());
  }

  /** Registers a conversation that waits for the account. */
  async registerWaiting(waiter: WaitingConversation): Promise<WaitAnswer> {
    return this.#resumer().note(waiter);
  }

  /** Begins to lift the pause: returns the conversations whose messages may be tried. */
  async beginResume(): Promise<ResumeStart> {
    return this.#resumer().begin();
  }

  /** Ends the trial. Lifts the pause it was made in unless WeChat refused the account. */
  async endResume(pauseVersion: number | null, isAccepted: boolean, isSent = false): Promise<AccountPause> {
    return this.#resumer().end(pauseVersion, isAccepted, isSent);
  }

  /** WeChat accepted a message after a pause had ended by itself; each isolate reports it once per pause. */
  async recordAccepted(pauseVersion: number): Promise<void> {
    this.#resumer().accepted(pauseVersion);
  }

  /** The faults of the account at this moment. */
  async faults(): Promise<readonly AccountFault[]> {
    return faultsOf(this.#store.state(), await this.#app.secretTag(), Date.now());
  }

  /** An isolate's sends failed, or, null, one succeeded after that. */
  async recordSends(report: SendsReport): Promise<void> {
    this.#resumer().recordSends(report);
  }

  /** The webhooks with failures. */
  async webhookHealths(listed?: ListedWebhooks): Promise<WebhookHealths> {
    this.#follow(listed);
    return this.#store.state().webhooks;
  }

  /** A conversation reports a call of a webhook. Returns the webhook's health after it. */
  async reportWebhook(id: string, report: WebhookReport, listed?: ListedWebhooks): Promise<WebhookHealths> {
    this.#follow(listed);
    return this.#webhooks.report(id, report, listed, Date.now());
  }

  /** Records events of a conversation that a webhook did not accept; they are recorded when it resolves. */
  async recordSkipped(id: string, events: SkippedEvents, listed?: ListedWebhooks): Promise<void> {
    this.#follow(listed);
    this.#webhooks.recordSkipped(id, events, listed, Date.now());
  }

  /** The state of the webhooks of the settings, with the events they did not receive. */
  async webhookStatus(listed: ListedWebhooks): Promise<WebhookStatus> {
    this.#follow(listed);
    return this.#webhooks.status();
  }

  /** The conversations to replay, the longest waiting first, or only the named one. */
  async skippedConversations(id: string, which: number | string): Promise<readonly SkippedConversation[]> {
    return this.#webhooks.skippedConversations(id, which);
  }

  /** These conversations deliver their skipped events again. Returns how many conversations are still recorded. */
  async replayed(id: string, read: readonly SkippedConversation[]): Promise<number> {
    return this.#webhooks.replayed(id, read);
  }

  /** Deletes the record of events that a webhook did not receive. Returns their number. */
  async dismissSkipped(id: string): Promise<number> {
    return this.#webhooks.dismiss(id);
  }

  /** Deletes a conversation, by its object's id, from all webhook records: the user was erased. */
  async forgetConversation(conversation: string): Promise<void> {
    this.#webhooks.forget(conversation);
  }

  /** The milestones reached with the present credentials. */
  async milestones(): Promise<Milestones> {
    return milestonesOf(this.#store.state().milestones, await this.#app.setupHash());
  }

  /** Records a milestone; written only when it is new. */
  async recordMilestone(milestone: Milestone): Promise<void> {
    const setup = await this.#app.setupHash();
    const milestones = addMilestone(this.#store.state().milestones, setup, milestone, Date.now());
    if (milestones !== undefined) this.#write({ milestones });
  }

  /**
   * Stores an event of the mini program as a whole.
   *
   * @param key the same for every delivery of the event
   * @param inbound `createdAt` 0: it came without CreateTime
   * @param now when it arrived, epoch ms
   * @param signedAt when it was signed, epoch ms; 0: unknown
   * @param listed the webhooks of the settings the caller has read
   */
  async appEvent(
    key: string,
    inbound: AccountEvent,
    now: number,
    signedAt = 0,
    listed?: ListedWebhooks,
  ): Promise<EventOutcome> {
    this.#follow(listed);
    return this.#events.add(key, inbound, { now, signedAt, keptMs: this.#app.retention().eventsMs });
  }

  /** Events after a cursor, oldest first, at most one page. */
  async appEvents(after: number, limit: number): Promise<readonly KeptAccountEvent[]> {
    return this.#events.read(after, limit);
  }

  /**
   * Delivers the events after a cursor to a webhook again. Returns the cursor; null when the webhook does not listen to
   * them.
   */
  async replayEvents(id: string, after: number, listed: ListedWebhooks): Promise<number | null> {
    this.#follow(listed);
    return this.#events.replay(id, after, Date.now());
  }

  /**
   * The answer returned for a forwarded event; `answer` when it is the first (`relayedAnswer`). An answer that names a
   * user erased within the day is not stored.
   */
  async relayed(key: string, answer: RelayedAnswer | null): Promise<RelayedAnswer | null> {
    const isKept = answer === null || !(await this.#erasures.concern(textOf(answer), 0, Date.now()));
    return relayedAnswer(this.ctx.storage, key, isKept ? answer : null, 2_000) ?? answer;
  }

  /** The failures of the team's own push server, null when it has none; with a Worker's report, the state after it. */
  async forwardHealth(report: ForwardReport | null): Promise<ForwardHealth | null> {
    const known = this.#store.state().forward;
    const forward = report === null ? known : recordForward(known, report, Date.now());
    if (forward !== known) this.#write({ forward });
    return forward;
  }

  /** Stores an unreadable push in the quarantine. */
  async quarantine(push: UnreadablePush): Promise<void> {
    if (!(await keepUnreadable(this.#store, push, this.#erasures, Date.now()))) return;
    this.#write({});
    writeLog("quarantine_grew", { ...miniProgramAccount(this.#appid()), cause: push.cause });
  }

  /**
   * Pushes were rejected for the age of their timestamp: they are counted, with one entry a day in the quarantine,
   * without body.
   */
  async recordStalePush(note: StalePushReport): Promise<void> {
    keepRefusal(this.#store, { at: note.at, cause: `stale: ${describeAge(note.ageMs)}` });
    this.#write({ stale: addStale(this.#store.state().stale, note, Date.now()) });
  }

  /** Unreadable pushes of the last week, newest first. */
  async quarantined(limit: number): Promise<readonly QuarantinedPush[]> {
    return readQuarantine(this.#store, limit, Date.now());
  }

  /** A page of the records about a user. */
  async recordsOf(openid: string, from: PersonalCursor): Promise<PersonalPage> {
    return createUserRecords(this.ctx.storage).read(openid, from);
  }

  /** Erases the records about a user, by openid or by the id of the conversation. Safe to repeat. */
  async eraseUser(openid: string): Promise<void> {
    const conversation = objectIdOf(this.env.CONVERSATION, miniProgramAddress(this.#appid(), openid));
    const tag = conversationTag(conversation);
    // Stored before anything is emptied, without an await in between: later arrivals are compared with it.
    this.#erasures.note(await this.#erasures.hash(openid), Date.now());
    this.#webhooks.forget(conversation.toString());
    this.#resumer().forget(conversation.toString());
    const records = createUserRecords(this.ctx.storage).erase(openid);
    this.#write(forgetMessages(this.#store.state(), sendIdPrefix(conversation.toString())));
    writeLog("user_erased", { ...miniProgramAccount(this.#appid()), conversation: tag, records });
  }

  /** Background refresh, retention, values that KV did not accept. Set again while something is due. */
  override async alarm(): Promise<void> {
    if (this.#store.isForeign()) {
      writeLog("old_data_deleted", { object: "account" });
      return this.ctx.storage.deleteAll();
    }
    let restMs = 0;
    this.#isRinging = true;
    try {
      await this.#work(Date.now());
    } catch (error) {
      restMs = ALARM_ERROR_DELAY_MS;
      writeLog("alarm_failed", { object: "account", ...miniProgramAccount(this.#appid()), error: errorName(error) });
    }
    this.#isRinging = false;
    const due = nextDue(this.#store.state(), this.#oldest(), this.#app.retention());
    const alarmAt = due === undefined ? null : Math.max(due, Date.now() + restMs);
    this.#store.write({ alarmAt });
    if (alarmAt !== null) await withTimeout(SET_ALARM_MS, this.ctx.storage.setAlarm(alarmAt));
  }

  async #work(now: number): Promise<void> {
    const { eventsMs, quarantineMs } = this.#app.retention();
    this.#events.expire(now - eventsMs, now);
    this.#store.prune(now - quarantineMs, now);
    this.#skipped.prune(now - eventsMs);
    this.#erasures.expire(now);
    await this.#resumer().releaseIfDue();
    const keeper = this.#findKeeper();
    // The account was removed from the configuration: no token to refresh.
    if (keeper === undefined) return this.#write({ refreshAt: null });
    // In parallel: a slow endpoint must not delay the token.
    await Promise.all([keeper.refreshIfDue(), this.#events.deliver(now)]);
  }

  /** A caller has read settings: the records and cursors of webhooks follow the newest version. */
  #follow(read: ListedWebhooks | undefined): void {
    if (read === undefined || !isNewer(read, this.#store.state().listed)) return;
    this.#webhooks.follow(read);
    this.#events.follow(read);
    this.#write({ listed: read });
  }

  #oldest(): Oldest {
    const oldest = { skipped: this.#skipped.oldest(), erased: this.#erasures.oldest() };
    return { ...this.#store.oldest(), ...oldest, deliverable: this.#events.deliverable() };
  }

  /** Writes the state and sets the alarm when something is now due before it, without an await in between. */
  #write(patch: Partial<AccountState>): void {
    const state = { ...this.#store.state(), ...patch };
    const due = nextDue(state, this.#oldest(), this.#app.retention());
    const { alarmAt } = state;
    // An alarm whose time has passed is lost: the runtime drops an alarm that fails repeatedly.
    const isLost = alarmAt !== null && alarmAt <= Date.now() && !this.#isRinging;
    const mustArm = due !== undefined && (alarmAt === null || isLost || due < alarmAt);
    if (mustArm || Object.keys(patch).length > 0) this.#store.write(mustArm ? { ...patch, alarmAt: due } : patch);
    if (mustArm) this.ctx.waitUntil(this.ctx.storage.setAlarm(due));
  }

  #appid(): string {
    const credential = this.ctx.id.name ?? this.#store.credential();
    if (credential === undefined) throw new Error(NAMELESS_ACCOUNT);
    return appidOf(credential);
  }

  /** @throws Error when the account is not in the configuration: the Worker never calls such an object */
  #tokens(): TokenKeeper {
    const keeper = this.#findKeeper();
    if (keeper === undefined) throw new Error("this account is not configured: add it to WECHAT_APPS");
    return keeper;
  }

  #findKeeper(): TokenKeeper | undefined {
    const found = this.#app.find();
    if (found === undefined) return undefined;
    return (this.#keeper ??= keepTokens(found.app, found.tokenBase, {
      read: () => this.#store.state(),
      write: (patch) => this.#write(patch),
      secretTag: () => this.#app.secretTag(),
      publish: () => {
        this.#publishAccess();
        this.#resumer().release();
      },
    }));
  }

  #resumer(): PauseControl {
    return (this.#resuming ??= createPauseControl({
      appid: this.#appid(),
      read: () => this.#store.state(),
      write: (patch) => this.#write(patch),
      texts: { code: describeCode },
      waiting: createWaitingList(this.ctx.storage),
      retryToken: () => this.#tokens().retry(),
      publish: () => this.#publishAccess(),
      wake: (id, pause, spreadMs) => conversationStubById(this.env.CONVERSATION, id).resume(pause, spreadMs),
      now: () => Date.now(),
    }));
  }

  /** After the response: no caller waits for KV, and the object is authoritative. */
  #publishAccess(): void {
    this.ctx.waitUntil(this.#accessPublisher.publish());
  }

  async #putAccess(): Promise<void> {
    const value = toPublished(this.#store.state(), Date.now());
    if (value !== undefined) await this.env.KV.put(accessKey(this.#appid()), value.text, value.options);
  }
}
