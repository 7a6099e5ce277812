/**
 * Creates one account's parts and connects them. What depends on the runtime is passed in: configuration, KV, the other
 * objects. The decisions are in account/core and account/token, the SQL in account/store.ts.
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import type { Result } from "../../shared/base/result.ts";
import { accountOf, miniProgramAccount, type Address } from "../../shared/message/address.ts";
import { sendIdPrefix } from "../../shared/message/send-id.ts";
import type { TokenProblem } from "../channels/access.ts";
import type { ChannelTexts } from "../channels/channel.ts";
import { createPublisher } from "../platform/kv-publisher.ts";
import { conversationTag, writeLog } from "../platform/logger.ts";
import type { WebhookCallDeps } from "../webhooks/call-webhook.ts";
import { isNewer, type ListedWebhooks } from "../webhooks/core/listed-webhooks.ts";
import type { WebhookAccount } from "../webhooks/health-reader.ts";
import { createWebhookRecords } from "../webhooks/records.ts";
import { createSkippedStore } from "../webhooks/skipped-store.ts";
import { createAlarm, type Alarm } from "./alarm.ts";
import { appidOf } from "./core/credential.ts";
import { addMilestone, type Milestone } from "./core/milestones.ts";
import { forgetMessages } from "./core/pause.ts";
import { nextDue, type Retention } from "./core/schedule.ts";
import type { AccountState } from "./core/state.ts";
import { createAccountEvents } from "./events.ts";
import { createPauseControl, type PauseControl, type ResumeDeps } from "./pause/pause-control.ts";
import { createWaitingList } from "./pause/waiting-list.ts";
import { createAccountStore, NAMELESS_ACCOUNT } from "./store.ts";
import { toPublished, type AccountAccess } from "./token/published-access.ts";
import type { TokenKeeper, TokenKeeperDeps } from "./token/token-keeper.ts";
import { createErasures } from "./users/erasures.ts";
import { createUserRecords } from "./users/user-records.ts";

/** The dependencies of the token keeper that the account object provides. */
export type TokenHost = Pick<TokenKeeperDeps, "read" | "write" | "secretTag" | "publish" | "texts">;

/** Reads the configuration of the account, anew for each call: the object may outlive a configuration. */
export interface ConfiguredAccount {
  /** Returns a function that creates the token keeper; undefined when the account is not configured. */
  tokens(): ((host: TokenHost) => TokenKeeper) | undefined;
  /** Returns the retention times, milliseconds. */
  retention(): Retention;
  /**
   * Returns the dependencies of webhook calls; undefined when the account is not configured, or there is no signing
   * secret.
   */
  webhooks(): WebhookCallDeps | undefined;
  /** Returns the settings in force; undefined when they cannot be read or the account is not configured. */
  settings(): Promise<SettingsVersion | undefined>;
  /** Returns a short hash of the account's credentials; empty when the account is not configured. */
  setupHash(): Promise<string>;
  /** Returns a short hash of the secret in use; empty when the account is not configured. */
  secretTag(): Promise<string>;
}

/** The injected dependencies. */
export interface AccountDeps {
  readonly storage: DurableObjectStorage;
  /** The object's id, 64 hex digits. */
  readonly objectId: string;
  /** The object's name; undefined when it was created without a name. */
  readonly name: string | undefined;
  readonly config: ConfiguredAccount;
  /** The account object as used by a webhook delivery. */
  readonly webhookAccount: WebhookAccount;
  /** Loads the texts about codes, for the log. */
  readonly texts: () => Promise<Pick<ChannelTexts, "code">>;
  /** Wakes a conversation that waited for the end of a pause or for a token. */
  readonly wake: ResumeDeps["wake"];
  /** Writes the access token and the pause to KV. */
  readonly putAccess: (value: NonNullable<ReturnType<typeof toPublished>>) => Promise<void>;
  /** Keeps work alive after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** An account whose storage is open. */
export type OpenAccount = ReturnType<typeof openAccount>;

/** Opens the storage of an account and creates the account's parts. */
export function openAccount({ storage, objectId, name, config, webhookAccount, texts, ...deps }: AccountDeps) {
  const store = createAccountStore(storage, name);
  const skipped = createSkippedStore(storage);
  const erasures = createErasures(storage);
  const records = createUserRecords(storage);
  const read = () => store.state();
  const alarm: Alarm = createAlarm({
    storage,
    store,
    due: (state) =>
      nextDue(
        state,
        { ...store.oldest(), skipped: skipped.oldest(), erased: erasures.oldest(), deliverable: events.deliverable() },
        config.retention(),
      ),
    work,
    fields: () => miniProgramAccount(appid()),
    waitUntil: deps.waitUntil,
  });
  const write = (patch: Partial<AccountState>) => alarm.write(patch);
  const webhooks = createWebhookRecords({
    appid,
    listed: () => read().listed,
    healths: () => read().webhooks,
    write: (healths) => write(healths === undefined ? {} : { webhooks: healths }),
    skipped,
  });
  const events = createAccountEvents({
    store,
    objectId,
    credential,
    appid,
    cursors: () => read().appWebhooks,
    write: (appWebhooks) => write(appWebhooks === undefined ? {} : { appWebhooks }),
    settings: () => config.settings(),
    version: () => read().listed.version,
    follow,
    webhooks: () => config.webhooks(),
    account: webhookAccount,
    erasures,
    recordSkipped: (id, lost, now) => webhooks.recordSkipped(id, lost, undefined, now),
  });
  const publisher = createPublisher({
    what: "access",
    async put() {
      const value = toPublished(read(), Date.now());
      if (value !== undefined) await deps.putAccess(value);
    },
  });
  let keeper: TokenKeeper | undefined;
  let pauseControl: PauseControl | undefined;

  function credential(): string {
    const known = name ?? store.credential();
    if (known === undefined) throw new Error(NAMELESS_ACCOUNT);
    return known;
  }

  function appid(): string {
    return appidOf(credential());
  }

  /** Publishes access and pause after the response: no caller waits for KV, and the object is authoritative. */
  function publish(): void {
    deps.waitUntil(publisher.publish());
  }

  function findTokens(): TokenKeeper | undefined {
    const create = config.tokens();
    if (create === undefined) return undefined;
    return (keeper ??= create({
      read,
      write,
      texts,
      secretTag: () => config.secretTag(),
      publish() {
        publish();
        pauses().release();
      },
    }));
  }

  /**
   * Returns the token keeper.
   *
   * @throws Error when the account is not in the configuration; the worker calls only configured accounts
   */
  function tokens(): TokenKeeper {
    const found = findTokens();
    if (found === undefined)
      throw new Error("this account is not configured: set WECHAT_APPID, or add the account to WECHAT_APPS");
    return found;
  }

  function pauses(): PauseControl {
    return (pauseControl ??= createPauseControl({
      appid: appid(),
      read,
      write,
      texts,
      waiting: createWaitingList(storage),
      retryToken: () => tokens().retry(),
      publish,
      wake: deps.wake,
      now: () => Date.now(),
    }));
  }

  /** Applies settings that a caller has read, if they are newer, to the records and cursors of webhooks. */
  function follow(listed: ListedWebhooks | undefined): void {
    if (listed === undefined || !isNewer(listed, read().listed)) return;
    webhooks.follow(listed);
    events.follow(listed);
    write({ listed });
  }

  /** Runs the work of the alarm: deletes expired data, wakes conversations, refreshes the token, delivers events. */
  async function work(now: number): Promise<void> {
    const { eventsMs, quarantineMs } = config.retention();
    events.expire(now - eventsMs, now);
    store.prune(now - quarantineMs, now);
    skipped.prune(now - eventsMs);
    erasures.expire(now);
    await pauses().releaseIfDue();
    const found = findTokens();
    // The account was removed from the configuration: no token to refresh.
    if (found === undefined) return write({ refreshAt: null });
    // In parallel: a slow endpoint must not delay the token.
    await Promise.all([found.refreshIfDue(), events.deliver(now)]);
  }

  return {
    store,
    erasures,
    events,
    webhooks,
    records,
    credential,
    appid,
    tokens,
    pauses,
    follow,
    write,
    ring: () => alarm.ring(),

    /**
     * Returns the access token and the pause, or why there is no token; publishes them again when the last write to KV
     * failed.
     */
    async access(): Promise<Result<AccountAccess, TokenProblem>> {
      const access = await tokens().access();
      if (access.ok && publisher.isBehind()) publish();
      return access;
    },

    /** Records a milestone; written only when it is new. */
    async recordMilestone(milestone: Milestone): Promise<void> {
      const setup = await config.setupHash();
      const milestones = addMilestone(read().milestones, setup, milestone, Date.now());
      if (milestones !== undefined) write({ milestones });
    },

    /**
     * Erases the records that name a user or the user's conversation.
     *
     * @param conversation the id of the conversation's object
     */
    async eraseUser(address: Address, conversation: DurableObjectId): Promise<void> {
      const id = conversation.toString();
      // Stored before records are deleted, without an await in between: later arrivals are compared with this note.
      erasures.note(await erasures.hash(address.user), Date.now());
      webhooks.forget(id);
      pauses().forget(id);
      const erased = records.erase(address.user);
      write(forgetMessages(read(), sendIdPrefix(id)));
      const tag = conversationTag(conversation);
      writeLog("user_erased", { ...accountOf(address), conversation: tag, records: erased });
    },
  };
}
