/**
 * What use cases work with, for one mini program: WeChat's API, its token, its account object, its settings, its
 * conversations. Made once per request or alarm; what is remembered between them belongs to the isolate.
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import type { AttemptOutcome, PauseCause, PauseVerdict } from "../../shared/message/delivery.ts";
import type { Milestone } from "../account/core/milestones.ts";
import type { Trouble } from "../account/core/trouble.ts";
import { forgetFaults, snapshotMemory } from "../account/fault-reader.ts";
import { accountMemory as memory, notePause, pauseToReport } from "../account/memory.ts";
import type { WaitingConversation } from "../account/pause-control.ts";
import { keepUnreported, watchSend } from "../account/sends-watch.ts";
import { createAccessSource, reportPause, type AccountClientDeps } from "../account/token-reader.ts";
import type { TeamCode } from "../automation/handler-context.ts";
import type { AccessSource, RefusedAttempt } from "../channels/access.ts";
import { createWeChatClient, type WeChatClient } from "../channels/wechat/api/client.ts";
import type { WeChatAccountConfig, Config } from "../config/config.ts";
import type { ConversationDirectory } from "../conversation/client.ts";
import type { AppPause } from "../conversation/rpc.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { ACCOUNT_CALL_MS, timedStub } from "../platform/object-call.ts";
import { readSettingsSnapshot } from "../settings/reader.ts";
import type { AccountSettingsRpc } from "../settings/rpc.ts";
import type { WebhookCallDeps } from "../webhooks/call-webhook.ts";

/** Timeout for recording a milestone after the response, milliseconds. */
const MILESTONE_TIMEOUT_MS = 1_500;

/** How long reporting that WeChat took a message after a pause may take, milliseconds. */
const ACCEPTED_MS = 1_500;

/** How long reporting sends that fail, or succeed again, may take, milliseconds. */
const SENDS_MS = 3_000;

/** How long reporting a message that waits may take, milliseconds. */
const WAITING_MS = 3_000;

/** What a request or an alarm works with. */
export interface Services {
  readonly config: Config;
  readonly app: WeChatAccountConfig;
  /** Where conversations live. */
  readonly directory: ConversationDirectory;
  /** Keeps work alive after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
  /** Makes a client of WeChat's API. Most pushes are only stored and need none. */
  readonly createClient: () => WeChatClient;
  /** The same for the trial that lifts a pause: it sends in spite of the pause. */
  readonly createTrialClient: () => WeChatClient;
  /**
   * Reports a rejection that pauses to the account object, which decides whether and how long. Never fails.
   *
   * @param timeoutMs how long the report may take
   */
  readonly reportPause: (cause: PauseCause, refused: RefusedAttempt, timeoutMs: number) => Promise<PauseVerdict>;
  /** A fresh stub of the account object; each call ends after `ACCOUNT_CALL_MS`. */
  readonly account: () => AccountSettingsRpc;
  /** The settings in force with their version, up to two minutes old; undefined when they cannot be read. */
  readonly settings: () => Promise<SettingsVersion | undefined>;
  /** What calling the team's webhooks needs. */
  readonly webhooks: WebhookCallDeps;
  /** Records a setup milestone after the response; undefined when this isolate has recorded it. Never fails. */
  readonly recordMilestone: (milestone: Milestone) => Promise<void> | undefined;
  /**
   * Notes an attempt to send; undefined when the account object need not hear of it, as of a message that is sent, but for
   * the first one after a pause. Never fails.
   */
  readonly noteDelivery: (outcome: AttemptOutcome) => Promise<void> | undefined;
  /**
   * Registers a message that waits for the app with the account object, which wakes it when a pause is lifted. Never fails.
   *
   * @returns the pause as it stands when there is nothing left to wait for: the conversation is to be resumed
   */
  readonly noteWaiting: (waiter: WaitingConversation) => Promise<AppPause | undefined>;
  /** Settings that were just stored: this isolate uses them at once, others within a minute or two. */
  readonly useSettings: (version: SettingsVersion) => void;
}

/** What a request works with, beside what an alarm does. */
export interface RequestServices extends Services {
  /** The thread through the log lines of one request. */
  readonly requestId: string;
  /** For the team's handlers. */
  readonly env: Env;
  readonly kv: KVNamespace;
  readonly team: TeamCode;
}

/** What calling the team's webhooks needs. */
export function createWebhookDeps(config: Config): WebhookCallDeps {
  return {
    fetch: (url, init) => fetch(url, init),
    now: () => Date.now(),
    secrets: config.webhookSecrets,
    allowPrivate: config.allowPrivateWebhooks,
  };
}

/** Creates the services of one app. */
export function createServices(
  env: Env,
  config: Config,
  app: WeChatAccountConfig,
  waitUntil: Services["waitUntil"],
): Services {
  const { appid } = app;
  const { locationHint } = config;
  const account = (): AccountSettingsRpc => {
    const stub: unknown = timedStub(env.ACCOUNT.getByName(appid, { locationHint }), ACCOUNT_CALL_MS);
    return stub as AccountSettingsRpc;
  };
  const now = () => Date.now();
  const deps: AccountClientDeps = { account, kv: env.KV, appid, now, memory };
  /** Calls the account object about what is known here anyhow. Returns undefined after logging that it failed. */
  const report = async <T>(
    event: string,
    timeoutMs: number,
    call: () => Promise<T>,
    fields: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly answer: T } | undefined> => {
    try {
      return { answer: await withTimeout(timeoutMs, call()) };
    } catch (error) {
      writeLog(event, { app: appid, ...fields, error: errorName(error) });
      return undefined;
    }
  };
  const reportMilestone = async (milestone: Milestone): Promise<void> => {
    const call = () => account().noteMilestone(milestone);
    await report("milestone_not_noted", MILESTONE_TIMEOUT_MS, call, { milestone });
  };
  const reportSends = async (trouble: Trouble | null): Promise<void> => {
    const isNoted = await report("sends_not_noted", SENDS_MS, () => account().noteSends(trouble));
    if (isNoted === undefined) keepUnreported(memory, appid, trouble, now());
    else forgetFaults(snapshotMemory, appid);
  };
  // When it fails, another isolate reports it, or the next trial.
  const reportAccepted = async (pauseVersion: number): Promise<void> => {
    await report("accepted_not_noted", ACCEPTED_MS, () => account().noteAccepted(pauseVersion));
  };
  const createClient = (access: AccessSource) =>
    createWeChatClient({ apiBase: config.apiBase, fetch: (...args) => fetch(...args), now, access });
  return {
    config,
    app,
    directory: { namespace: env.CONVERSATION, locationHint },
    waitUntil,
    createClient: () => createClient(createAccessSource(deps)),
    createTrialClient: () => createClient(createAccessSource(deps, true)),
    reportPause: (cause, refused, timeoutMs) => reportPause(deps, cause, refused, timeoutMs),
    account,
    webhooks: createWebhookDeps(config),
    async settings() {
      const snapshot = await readSettingsSnapshot(deps);
      return snapshot.ok ? snapshot.value : undefined;
    },
    recordMilestone(milestone) {
      const told = memory.get(appid)?.reportedMilestones ?? [];
      if (told.includes(milestone)) return undefined;
      // Before it is done: of many pushes at once one tells. A verification is rare, and its last time counts.
      if (milestone !== "verified")
        memory.set(appid, { ...memory.get(appid), reportedMilestones: [...told, milestone] });
      return reportMilestone(milestone);
    },
    noteDelivery(outcome) {
      const reports: Promise<void>[] = [];
      const trouble = watchSend(memory, appid, outcome, now());
      if (trouble !== undefined) reports.push(reportSends(trouble));
      const pauseVersion = outcome.result === "accepted" ? pauseToReport(memory.get(appid) ?? {}, now()) : undefined;
      if (pauseVersion !== undefined) {
        // Before it is done: of many messages at once one tells.
        memory.set(appid, { ...memory.get(appid), acceptedVersion: pauseVersion });
        reports.push(reportAccepted(pauseVersion));
      }
      return reports.length === 0 ? undefined : Promise.all(reports).then(() => {});
    },
    async noteWaiting(waiter) {
      // When it fails, the message comes back at its own time.
      const noted = await report("waiting_not_noted", WAITING_MS, () => account().noteWaiting(waiter));
      if (noted === undefined || noted.answer.isBlocked) return undefined;
      notePause(memory, appid, noted.answer);
      return noted.answer;
    },
    useSettings(value) {
      memory.set(appid, { ...memory.get(appid), settings: { value, readAt: now() } });
    },
  };
}
