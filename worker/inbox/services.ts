/**
 * The services that use cases need for one mini program: WeChat's API, its token, its account object, its settings, its
 * conversations. Created once per request or alarm; longer-lived caches belong to the isolate.
 */
import { versionFor, type DocumentVersion, type SettingsVersion } from "../../shared/api/settings/version.ts";
import { ok, type Result } from "../../shared/base/result.ts";
import { formatAccount, miniProgramAccount } from "../../shared/message/address.ts";
import type { ChannelRules } from "../../shared/message/channel-rules.ts";
import type { AttemptOutcome, PauseCause, PauseVerdict } from "../../shared/message/delivery.ts";
import { credentialOf } from "../account/core/credential.ts";
import type { Milestone } from "../account/core/milestones.ts";
import type { Trouble } from "../account/core/trouble.ts";
import { forgetFaults, snapshotMemory } from "../account/faults/fault-reader.ts";
import { keepUnreported, watchSend } from "../account/faults/sends-watch.ts";
import { accountMemory as memory, rememberPause, pauseToReport } from "../account/memory.ts";
import type { WaitingConversation } from "../account/pause/pause-control.ts";
import type { AccountRpc } from "../account/rpc.ts";
import { createAccessSource, reportPause, type AccountClientDeps } from "../account/token/token-reader.ts";
import { archiveStub } from "../archive/client.ts";
import { findBucket, type Bucket } from "../archive/pictures/find-bucket.ts";
import type { ArchiveRpc } from "../archive/rpc.ts";
import type { TeamCode } from "../automation/handler-context.ts";
import type { AccessSource, RefusedAttempt } from "../channels/access.ts";
import type { Channel, ChannelTexts, Deliver } from "../channels/channel.ts";
import type { ChannelTools } from "../channels/tools.ts";
import type { CallDeps, Fetch } from "../channels/wechat/api/call-api.ts";
import { rulesOf } from "../config/account-rules.ts";
import type { WeChatAccountConfig, Config } from "../config/config.ts";
import type { ConversationDirectory } from "../conversation/client.ts";
import type { AccountPause } from "../conversation/rpc.ts";
import { deskStub } from "../desk/client.ts";
import type { DeskRpc } from "../desk/rpc.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { ACCOUNT_CALL_MS, timedStub } from "../platform/object-call.ts";
import { settingsStub } from "../settings/client.ts";
import { readSettings, settingsMemory, type SettingsReaderDeps, type SettingsUnavailable } from "../settings/reader.ts";
import type { SettingsRpc } from "../settings/rpc.ts";
import type { WebhookCallDeps } from "../webhooks/call-webhook.ts";

/** Timeout for recording a milestone after the response, milliseconds. */
const MILESTONE_TIMEOUT_MS = 1_500;

/** Timeout of the report that WeChat accepted a message after a pause, milliseconds. */
const ACCEPTED_MS = 1_500;

/** Timeout of the report that sends fail, or succeed again, milliseconds. */
const SENDS_MS = 3_000;

/** Timeout of the report of a message that waits, milliseconds. */
const WAITING_MS = 3_000;

/** The channels, as the composition root opens them (`worker/open-channel.ts`). */
export interface Channels {
  /** Opens the channel of an account, or returns the one that is open in this isolate. */
  readonly open: (app: WeChatAccountConfig, config: Pick<Config, "pushMaxAgeMs">) => Channel;
  /** Creates the function that sends a message, with its own source of access tokens. */
  readonly createDeliver: (deps: CallDeps) => Deliver;
  /** Opens the tools of an account's channel; their code is loaded with the first call, since no push needs it. */
  readonly openTools: (app: WeChatAccountConfig, deps: CallDeps) => Promise<ChannelTools>;
  /** Loads the texts that are displayed to people; loaded on demand, since no push needs them. */
  readonly texts: () => Promise<ChannelTexts>;
}

/** The services of a request or an alarm. */
export interface Services {
  readonly config: Config;
  /** The account, with its credentials. */
  readonly accountConfig: WeChatAccountConfig;
  /** The channel of the account. */
  readonly channel: Channel;
  /** The credential of the account: the name of its account object, and the key of the isolate's caches about it. */
  readonly credential: string;
  /** `channel:account`, as used in settings. */
  readonly accountKey: string;
  /** What the account's channel allows. */
  readonly rules: ChannelRules;
  /** The namespace of the conversations. */
  readonly directory: ConversationDirectory;
  /** Keeps work alive after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Creates the dependencies of calls to the platform. */
  readonly createCallDeps: () => CallDeps;
  /** Opens the tools of the account's channel. No push uses them. */
  readonly tools: () => Promise<ChannelTools>;
  /** Creates the function that sends a message to the platform. */
  readonly createDeliver: () => Deliver;
  /**
   * Creates the function for the test send that decides whether a pause can be lifted: it sends in spite of the pause.
   */
  readonly createTrialDeliver: () => Deliver;
  /** Loads the channel's texts for display. */
  readonly texts: () => Promise<ChannelTexts>;
  /**
   * Reports a rejection to the account object, which decides whether the account is paused and until when. Never
   * rejects.
   *
   * @param timeoutMs the timeout of the report
   */
  readonly reportPause: (cause: PauseCause, refused: RefusedAttempt, timeoutMs: number) => Promise<PauseVerdict>;
  /** Returns a new stub of the account object; each call ends after `ACCOUNT_CALL_MS`. */
  readonly account: () => AccountRpc;
  /** Returns a new stub of the `Settings` object; each call ends after `ACCOUNT_CALL_MS`. */
  readonly settingsObject: () => SettingsRpc;
  /**
   * Returns the account's settings in force with their version, up to two minutes old; undefined when they cannot be
   * read.
   */
  readonly settings: () => Promise<SettingsVersion | undefined>;
  /** Returns the account's settings in force, as `settings` does, or why they cannot be read. */
  readonly readSettings: () => Promise<Result<SettingsVersion, SettingsUnavailable>>;
  /** Returns a new stub of the desk. */
  readonly desk: () => DeskRpc;
  /** Returns a new stub of the archive. */
  readonly archive: () => ArchiveRpc;
  /** Returns the bucket of users' pictures; undefined without one. */
  readonly bucket: () => Bucket | undefined;
  /** The dependencies for calling the team's webhooks. */
  readonly webhooks: WebhookCallDeps;
  /**
   * Records a setup milestone after the response; undefined when this isolate has already recorded it. Never rejects.
   */
  readonly recordMilestone: (milestone: Milestone) => Promise<void> | undefined;
  /**
   * Records an attempt to send; undefined when the account object needs no report: a successful send needs one only
   * after a pause. Never rejects.
   */
  readonly reportDelivery: (outcome: AttemptOutcome) => Promise<void> | undefined;
  /**
   * Registers a message that waits for the account with the account object, which wakes it when a pause is lifted.
   * Never rejects.
   *
   * @returns the current pause if the reason to wait is over and the conversation should be resumed
   */
  readonly registerWaiting: (waiter: WaitingConversation) => Promise<AccountPause | undefined>;
  /** Caches settings that were just stored: this isolate uses them at once, others within two minutes. */
  readonly useSettings: (version: DocumentVersion) => void;
}

/** The services of a request, in addition to those of an alarm. */
export interface RequestServices extends Services {
  /** The id contained in all log lines of one request. */
  readonly requestId: string;
  /** The environment, for the team's handlers. */
  readonly env: Env;
  readonly kv: KVNamespace;
  readonly team: TeamCode;
}

/** Creates the dependencies for calling the team's webhooks. */
export function createWebhookDeps(config: Config): WebhookCallDeps {
  return {
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    secrets: config.webhookSecrets,
    allowPrivate: config.allowPrivateWebhooks,
  };
}

/** Returns the dependencies for reading the settings in this isolate. */
export function settingsReaderDeps(env: Env, { locationHint }: Config): SettingsReaderDeps {
  const settings = () => settingsStub(env.SETTINGS, locationHint);
  return { settings, kv: env.KV, now: () => Date.now(), memory: settingsMemory };
}

/** Reads the settings in force for an account, up to two minutes old. */
export async function readAccountSettings(
  env: Env,
  config: Config,
  { appid }: WeChatAccountConfig,
): Promise<Result<SettingsVersion, SettingsUnavailable>> {
  const read = await readSettings(settingsReaderDeps(env, config));
  return read.ok ? ok(versionFor(read.value, formatAccount(miniProgramAccount(appid)))) : read;
}

/** Creates the services of one account. */
export function createServices(
  env: Env,
  config: Config,
  accountConfig: WeChatAccountConfig,
  waitUntil: Services["waitUntil"],
  channels: Channels,
): Services {
  const fields = miniProgramAccount(accountConfig.appid);
  const accountKey = formatAccount(fields);
  const { locationHint } = config;
  const credential = credentialOf(fields);
  const account = (): AccountRpc => {
    const stub: unknown = timedStub(env.ACCOUNT.getByName(credential, { locationHint }), ACCOUNT_CALL_MS);
    return stub as AccountRpc;
  };
  const settingsObject = () => settingsStub(env.SETTINGS, locationHint);
  const now = () => Date.now();
  const deps: AccountClientDeps = { account, kv: env.KV, credential, fields, now, memory };
  /** Reports something to the account object. Returns undefined after logging a failure. */
  const report = async <T>(
    event: string,
    timeoutMs: number,
    call: () => Promise<T>,
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly answer: T } | undefined> => {
    try {
      return { answer: await withTimeout(timeoutMs, call()) };
    } catch (error) {
      writeLog(event, { ...fields, ...more, error: errorName(error) });
      return undefined;
    }
  };
  const reportMilestone = async (milestone: Milestone): Promise<void> => {
    const call = () => account().recordMilestone(milestone);
    await report("milestone_not_recorded", MILESTONE_TIMEOUT_MS, call, { milestone });
  };
  const reportSends = async (trouble: Trouble | null): Promise<void> => {
    const isNoted = await report("sends_not_recorded", SENDS_MS, () => account().recordSends(trouble));
    if (isNoted === undefined) keepUnreported(memory, credential, trouble, now());
    else forgetFaults(snapshotMemory, credential);
  };
  // Not retried by this isolate when the report fails: another isolate, or the next test send, reports an accepted
  // message again.
  const reportAccepted = async (pauseVersion: number): Promise<void> => {
    await report("accepted_not_recorded", ACCEPTED_MS, () => account().recordAccepted(pauseVersion));
  };
  const readOwnSettings = () => readAccountSettings(env, config, accountConfig);
  const callDeps = (access: AccessSource): CallDeps => ({
    apiBase: config.apiBase,
    fetch: (...args: Parameters<Fetch>) => fetch(...args),
    now,
    access,
  });
  const createCallDeps = () => callDeps(createAccessSource(deps));
  return {
    config,
    accountConfig,
    channel: channels.open(accountConfig, config),
    credential,
    accountKey,
    rules: rulesOf(accountConfig),
    directory: { namespace: env.CONVERSATION, locationHint },
    waitUntil,
    createCallDeps,
    tools: () => channels.openTools(accountConfig, createCallDeps()),
    createDeliver: () => channels.createDeliver(createCallDeps()),
    createTrialDeliver: () => channels.createDeliver(callDeps(createAccessSource(deps, true))),
    texts: channels.texts,
    reportPause: (cause, refused, timeoutMs) => reportPause(deps, cause, refused, timeoutMs),
    account,
    settingsObject,
    desk: () => deskStub(env.DESK, locationHint),
    archive: () => archiveStub(env.ARCHIVE, locationHint),
    bucket: () => findBucket(env),
    webhooks: createWebhookDeps(config),
    readSettings: readOwnSettings,
    async settings() {
      const read = await readOwnSettings();
      return read.ok ? read.value : undefined;
    },
    recordMilestone(milestone) {
      const reported = memory.get(credential)?.reportedMilestones ?? [];
      if (reported.includes(milestone)) return undefined;
      // Marked before the call, so that of many simultaneous pushes only one reports. A verification is rare, and the
      // time of the last one is stored.
      if (milestone !== "verified")
        memory.set(credential, { ...memory.get(credential), reportedMilestones: [...reported, milestone] });
      return reportMilestone(milestone);
    },
    reportDelivery(outcome) {
      const reports: Promise<void>[] = [];
      const trouble = watchSend(memory, credential, outcome, now());
      if (trouble !== undefined) reports.push(reportSends(trouble));
      const pauseVersion =
        outcome.result === "accepted" ? pauseToReport(memory.get(credential) ?? {}, now()) : undefined;
      if (pauseVersion !== undefined) {
        // Marked before the call, so that of many simultaneous messages only one reports.
        memory.set(credential, { ...memory.get(credential), acceptedVersion: pauseVersion });
        reports.push(reportAccepted(pauseVersion));
      }
      return reports.length === 0 ? undefined : Promise.all(reports).then(() => {});
    },
    async registerWaiting(waiter) {
      // If the report fails, the message is retried at its own time.
      const noted = await report("waiting_not_recorded", WAITING_MS, () => account().registerWaiting(waiter));
      if (noted === undefined || noted.answer.isBlocked) return undefined;
      rememberPause(memory, credential, noted.answer);
      return noted.answer;
    },
    useSettings(value) {
      settingsMemory.known = { value, readAt: now() };
    },
  };
}
