/**
 * The health of webhooks as a conversation sees it: asked of the account object at most twice a minute for an isolate,
 * since in calm there is nothing to hear. When the account cannot be reached, endpoints count as healthy.
 */
import { isFresh } from "../../shared/clock.ts";
import { inTime } from "../deadline.ts";
import { errorName, log } from "../log.ts";
import type { WebhookHealths, WebhookReport } from "./account-webhooks.ts";

/** The part of the account object that is used. */
export interface WebhookBook {
  webhookHealths(): Promise<WebhookHealths>;
  reportWebhook(id: string, report: WebhookReport): Promise<WebhookHealths>;
}

/** What an isolate remembers, by appid. */
export type HealthMemory = Map<string, { readonly healths: WebhookHealths; readonly readAt: number }>;

/** This isolate's. */
export const healthMemory: HealthMemory = new Map();

/** What reading and reporting need. */
export interface HealthDeps {
  readonly appid: string;
  /** A fresh stub of the account object. */
  readonly account: () => WebhookBook;
  readonly memory: HealthMemory;
  /** The clock, epoch ms. */
  readonly now: () => number;
}

const FRESH_MS = 30_000;
/** The alarm that asks has messages to send as well, milliseconds. */
const ACCOUNT_PATIENCE_MS = 1_500;

/** The endpoints in trouble. */
export async function readHealths(deps: HealthDeps): Promise<WebhookHealths> {
  const known = deps.memory.get(deps.appid);
  if (known !== undefined && isFresh(known.readAt, deps.now(), FRESH_MS)) return known.healths;
  return ask(deps, (account) => account.webhookHealths());
}

/** Tells of a call, and hears what follows. */
export async function reportHealth(deps: HealthDeps, id: string, report: WebhookReport): Promise<WebhookHealths> {
  return ask(deps, (account) => account.reportWebhook(id, report));
}

async function ask(deps: HealthDeps, call: (account: WebhookBook) => Promise<WebhookHealths>): Promise<WebhookHealths> {
  try {
    const healths = await inTime(ACCOUNT_PATIENCE_MS, call(deps.account()));
    deps.memory.set(deps.appid, { healths, readAt: deps.now() });
    return healths;
  } catch (error) {
    log("account_unreachable", { app: deps.appid, error: errorName(error) });
    return {};
  }
}
