/**
 * One mini program's connections: WeChat's API, its token, its account object, its settings. Made per request or per
 * alarm; what is remembered between them belongs to the isolate.
 */
import type { Delivery } from "../../shared/delivery.ts";
import type { AppConfig, Config } from "../config.ts";
import { inTime } from "../deadline.ts";
import { createWeChatClient, type WeChatClient } from "../wechat/client.ts";
import type { TokenSource } from "../wechat/token-source.ts";
import type { WebhookDeps } from "../webhooks/call.ts";
import type { Account } from "./account.ts";
import { createTokenSource, readSettingsSnapshot, withoutPause, type AccountClientDeps } from "./account-client.ts";
import { accountMemory as memory, notePause, pauseToReport } from "./account-memory.ts";
import type { Milestone } from "./account-milestones.ts";
import { errorName, log } from "../log.ts";
import type { AppPause, SettingsVersion } from "./account-snapshots.ts";
import type { Trouble } from "./account-trouble.ts";
import type { Waiter } from "./account-resume.ts";
import { forgetFaults, snapshotMemory } from "./health-snapshot.ts";
import { keepUnreported, watchSend } from "./sends-watch.ts";
import { ACCOUNT_CALL_MS, timedStub } from "./timed-stub.ts";

/** Timeout for recording a milestone after the response, milliseconds. */
const MILESTONE_TIMEOUT_MS = 1_500;

/** How long reporting sends that fail, or succeed again, may take, milliseconds. */
const SENDS_MS = 3_000;

/** How long reporting a message that waits may take, milliseconds. */
const WAITING_MS = 3_000;

/** What a request needs of an app. */
export interface AppConnection {
  /** Makes a client of WeChat's API. Most pushes are only stored and need none. */
  readonly createClient: () => WeChatClient;
  /** The same for the trial that lifts a pause: it sends in spite of the pause. */
  readonly createTrialClient: () => WeChatClient;
  /** A fresh stub of the account object; each call ends after `ACCOUNT_CALL_MS`. */
  readonly account: () => DurableObjectStub<Account>;
  /** The settings in force with their version, up to two minutes old; undefined when they cannot be read. */
  readonly settings: () => Promise<SettingsVersion | undefined>;
  /** What calling the team's webhooks needs. */
  readonly webhooks: WebhookDeps;
  /** Records a setup milestone after the response; undefined when this isolate has recorded it. Never fails. */
  readonly reach: (milestone: Milestone) => Promise<void> | undefined;
  /**
   * Notes an attempt to send; undefined when the account object need not hear of it, as of a message that is sent, but for
   * the first one after a pause. Never fails.
   */
  readonly noteDelivery: (delivery: Delivery) => Promise<void> | undefined;
  /**
   * Registers a message that waits for the app with the account object, which wakes it when a pause is lifted. Never fails.
   *
   * @returns the pause as it stands when there is nothing left to wait for: the conversation is to be resumed
   */
  readonly noteWaiting: (waiter: Waiter) => Promise<AppPause | undefined>;
  /** Settings that were just stored: this isolate uses them at once, others within a minute or two. */
  readonly useSettings: (version: SettingsVersion) => void;
}

/** Connects one app. */
export function connectApp(env: Env, config: Config, app: AppConfig): AppConnection {
  const { appid } = app;
  const account = () => timedStub(env.ACCOUNT.getByName(appid, { locationHint: config.locationHint }), ACCOUNT_CALL_MS);
  const now = () => Date.now();
  const deps: AccountClientDeps = { account, kv: env.KV, appid, now, memory };
  const tellMilestone = async (milestone: Milestone): Promise<void> => {
    try {
      await inTime(MILESTONE_TIMEOUT_MS, account().noteMilestone(milestone));
    } catch (error) {
      log("milestone_not_noted", { app: appid, milestone, error: errorName(error) });
    }
  };
  const tellSends = async (trouble: Trouble | null): Promise<void> => {
    try {
      await inTime(SENDS_MS, account().noteSends(trouble));
      forgetFaults(snapshotMemory, appid);
    } catch (error) {
      keepUnreported(memory, appid, trouble, now());
      log("sends_not_noted", { app: appid, error: errorName(error) });
    }
  };
  const tellAccepted = async (pauseVersion: number): Promise<void> => {
    try {
      await inTime(MILESTONE_TIMEOUT_MS, account().noteAccepted(pauseVersion));
    } catch (error) {
      // Another isolate says it, or the next trial.
      log("accepted_not_noted", { app: appid, error: errorName(error) });
    }
  };
  const createClient = (tokens: TokenSource) =>
    createWeChatClient({ apiBase: config.apiBase, fetch: (...args) => fetch(...args), now, tokens });
  return {
    createClient: () => createClient(createTokenSource(deps)),
    createTrialClient: () => createClient(withoutPause(createTokenSource(deps))),
    account,
    webhooks: {
      fetch: (url, init) => fetch(url, init),
      now,
      secrets: config.webhookSecrets,
      allowPrivate: config.allowPrivateWebhooks,
    },
    async settings() {
      const snapshot = await readSettingsSnapshot(deps);
      return snapshot.ok ? snapshot.value : undefined;
    },
    reach(milestone) {
      const told = memory.get(appid)?.told ?? [];
      if (told.includes(milestone)) return undefined;
      // Before it is done: of many pushes at once one tells. A verification is rare, and its last time counts.
      if (milestone !== "verified") memory.set(appid, { ...memory.get(appid), told: [...told, milestone] });
      return tellMilestone(milestone);
    },
    noteDelivery(delivery) {
      const told: Promise<void>[] = [];
      const trouble = watchSend(memory, appid, delivery, now());
      if (trouble !== undefined) told.push(tellSends(trouble));
      const pauseVersion = delivery.result === "sent" ? pauseToReport(memory.get(appid) ?? {}, now()) : undefined;
      if (pauseVersion !== undefined) {
        // Before it is done: of many messages at once one tells.
        memory.set(appid, { ...memory.get(appid), acceptedVersion: pauseVersion });
        told.push(tellAccepted(pauseVersion));
      }
      return told.length === 0 ? undefined : Promise.all(told).then(() => {});
    },
    async noteWaiting(waiter) {
      try {
        const answer = await inTime(WAITING_MS, account().noteWaiting(waiter));
        if (answer.isBlocked) return undefined;
        notePause(memory, appid, answer);
        return answer;
      } catch (error) {
        // The message comes back at its own time.
        log("waiting_not_noted", { app: appid, error: errorName(error) });
        return undefined;
      }
    },
    useSettings(value) {
      memory.set(appid, { ...memory.get(appid), settings: { value, readAt: now() } });
    },
  };
}
