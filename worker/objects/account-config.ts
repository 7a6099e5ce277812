/**
 * The configuration of the account an account object belongs to, read anew each time: the object may live longer than
 * one configuration.
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import type { Retention } from "../account/core/schedule.ts";
import { QUARANTINE_MS } from "../account/quarantine.ts";
import { configOf, findAccountConfig, type WeChatAccountConfig } from "../config/config.ts";
import { setupText } from "../config/credentials-fingerprint.ts";
import { createServices, createWebhookDeps } from "../inbox/services.ts";
import { hexDigest } from "../platform/digest.ts";
import type { WebhookCallDeps } from "../webhooks/call-webhook.ts";
import { canSign } from "../webhooks/settings-check.ts";

/** The default of `RETENTION_DAYS`, used while the configuration is broken. */
const DEFAULT_RETENTION_MS = 180 * 86_400_000;

/** The configuration of an account. */
export interface AccountApp {
  /** The account, with the address of its token calls; undefined when it is not configured. */
  find(): { readonly app: WeChatAccountConfig; readonly tokenBase: string } | undefined;
  /** The retention time, milliseconds. */
  retention(): Retention;
  /** What calling webhooks needs; undefined when the account is not configured, or there is no signing secret. */
  webhooks(): WebhookCallDeps | undefined;
  /** The settings in force; undefined when they cannot be read or the account is not configured. */
  settings(): Promise<SettingsVersion | undefined>;
  /** A short hash of the account's credentials; empty when the account is not configured. */
  setupHash(): Promise<string>;
  /** A short hash of the secret in use; empty when the account is not configured. */
  secretTag(): Promise<string>;
}

/** Creates the reader. */
export function createAccountApp(env: () => Env, appid: () => string): AccountApp {
  const configured = () => {
    const config = configOf(env());
    const app = config.ok ? findAccountConfig(config.value, appid()) : undefined;
    return config.ok && app !== undefined ? { config: config.value, app } : undefined;
  };
  return {
    find() {
      const found = configured();
      return found && { app: found.app, tokenBase: found.config.tokenBase };
    },
    retention() {
      const config = configOf(env());
      return { eventsMs: config.ok ? config.value.retentionMs : DEFAULT_RETENTION_MS, quarantineMs: QUARANTINE_MS };
    },
    webhooks() {
      const found = configured();
      return found && canSign(found.config) ? createWebhookDeps(found.config) : undefined;
    },
    async settings() {
      const found = configured();
      return found && createServices(env(), found.config, found.app, () => {}).settings();
    },
    async setupHash() {
      const found = configured();
      return found === undefined ? "" : (await hexDigest("SHA-256", setupText(found.app))).slice(0, 16);
    },
    async secretTag() {
      const found = configured();
      return found === undefined
        ? ""
        : (await hexDigest("SHA-256", `${found.app.appid}:${found.app.secret}`)).slice(0, 8);
    },
  };
}
