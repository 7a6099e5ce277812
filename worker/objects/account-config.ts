/**
 * What the configuration says of the app an account object belongs to, read anew each time: the object outlives a change
 * of it.
 */
import type { Retention } from "../account/core/schedule.ts";
import { QUARANTINE_MS } from "../account/quarantine.ts";
import { configOf, findAccountConfig, type WeChatAccountConfig } from "../config/config.ts";
import { setupText } from "../config/credentials-fingerprint.ts";
import { createWebhookDeps } from "../inbox/services.ts";
import { hexDigest } from "../platform/digest.ts";
import type { WebhookCallDeps } from "../webhooks/call-webhook.ts";
import { canSign, type WebhookPolicy } from "../webhooks/settings-check.ts";

/** The default of `RETENTION_DAYS`, used while the configuration is broken. */
const DEFAULT_RETENTION_MS = 180 * 86_400_000;

/** The app of an account. */
export interface AccountApp {
  /** With where its token calls go; undefined when it is not configured. */
  find(): { readonly app: WeChatAccountConfig; readonly tokenBase: string } | undefined;
  /** How long things are kept. */
  retention(): Retention;
  /** What calling webhooks needs; undefined when the app is not configured, or nothing can be signed. */
  webhooks(): WebhookCallDeps | undefined;
  /** What may be stored as a webhook; undefined while the configuration is broken. */
  webhookPolicy(): WebhookPolicy | undefined;
  /** A short hash of its credentials; empty when it is not configured. */
  setupHash(): Promise<string>;
  /** A short hash of the secret in use; empty when it is not configured. */
  secretTag(): Promise<string>;
}

/** Opens it. */
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
    webhookPolicy() {
      const config = configOf(env());
      if (!config.ok) return undefined;
      return { secrets: config.value.webhookSecrets, allowPrivate: config.value.allowPrivateWebhooks };
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
