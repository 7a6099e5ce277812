/**
 * Reads the health of webhooks for a conversation's run from the account object, at most twice a minute per isolate and
 * credential. When the account cannot be reached, endpoints count as healthy, and no event is skipped.
 */
import { isFresh } from "../../shared/base/clock-setback.ts";
import type { ChannelAccount } from "../../shared/message/address.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import type { WebhookHealths, WebhookReport } from "./core/endpoint-health.ts";
import type { ListedWebhooks } from "./core/listed-webhooks.ts";
import type { SkippedEvents } from "./core/skipped.ts";

/** The part of the account object that the reader uses. */
export interface WebhookAccount {
  webhookHealths(listed?: ListedWebhooks): Promise<WebhookHealths>;
  reportWebhook(id: string, report: WebhookReport, listed?: ListedWebhooks): Promise<WebhookHealths>;
  recordSkipped(id: string, events: SkippedEvents, listed?: ListedWebhooks): Promise<void>;
}

/**
 * The cached health of webhooks, by credential. The account object stores the health; this cache may be evicted at
 * any time.
 */
export type HealthMemory = Map<string, { readonly healths: WebhookHealths; readonly readAt: number }>;

/** The cache of this isolate. */
export const healthMemory: HealthMemory = new Map();

/** The injected dependencies. */
export interface HealthDeps {
  readonly credential: string;
  /** The account, for the log. */
  readonly fields: ChannelAccount;
  /** Returns a new stub of the account object. */
  readonly account: () => WebhookAccount;
  readonly memory: HealthMemory;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** The webhooks of the settings that the caller has read; undefined when they cannot be read. */
  readonly listed: ListedWebhooks | undefined;
}

const FRESH_MS = 30_000;
/** Timeout of a call of the account object, milliseconds; short, because the same alarm has messages to send. */
const ACCOUNT_TIMEOUT_MS = 1_500;

/** Returns the health of the webhooks with failures, by id; none when the account cannot be reached. */
export async function readHealths(deps: HealthDeps): Promise<WebhookHealths> {
  const known = deps.memory.get(deps.credential);
  if (known !== undefined && isFresh(known.readAt, deps.now(), FRESH_MS)) return known.healths;
  return ask(deps, (account) => account.webhookHealths(deps.listed));
}

/**
 * Reports calls. @returns the health of all webhooks with failures after the report; none when the account cannot be
 * reached
 */
export async function reportHealth(deps: HealthDeps, id: string, report: WebhookReport): Promise<WebhookHealths> {
  return ask(deps, (account) => account.reportWebhook(id, report, deps.listed));
}

/** Records skipped events. @returns whether they were recorded */
export async function recordSkipped(deps: HealthDeps, id: string, events: SkippedEvents): Promise<boolean> {
  try {
    await withTimeout(ACCOUNT_TIMEOUT_MS, deps.account().recordSkipped(id, events, deps.listed));
    // A refusal changes the health, so the cache is deleted; the next run reads the health again and then reports
    // accepted events.
    deps.memory.delete(deps.credential);
    return true;
  } catch (error) {
    writeLog("account_unreachable", { ...deps.fields, error: errorName(error) });
    return false;
  }
}

async function ask(
  deps: HealthDeps,
  call: (account: WebhookAccount) => Promise<WebhookHealths>,
): Promise<WebhookHealths> {
  try {
    const healths = await withTimeout(ACCOUNT_TIMEOUT_MS, call(deps.account()));
    deps.memory.set(deps.credential, { healths, readAt: deps.now() });
    return healths;
  } catch (error) {
    writeLog("account_unreachable", { ...deps.fields, error: errorName(error) });
    return {};
  }
}
