/**
 * Reads the configuration of the account that an account object belongs to, on each call, because the configuration
 * may change while the object lives.
 */
import type { ConfiguredAccount } from "../account/account.ts";
import { QUARANTINE_MS } from "../account/quarantine.ts";
import { configOf, findAccountConfig } from "../config/config.ts";
import { setupText } from "../config/credentials-fingerprint.ts";
import { createWebhookDeps, readAccountSettings } from "../inbox/services.ts";
import { hexDigest } from "../platform/digest.ts";
import { canSign } from "../webhooks/settings-check.ts";
import { keepTokens } from "./token-endpoint.ts";

/** The default of `RETENTION_DAYS`, used while the configuration is incomplete. */
const DEFAULT_RETENTION_MS = 180 * 86_400_000;

/** Creates the reader of the configuration. */
export function createAccountConfig(env: () => Env, appid: () => string): ConfiguredAccount {
  const configured = () => {
    const config = configOf(env());
    const app = config.ok ? findAccountConfig(config.value, appid()) : undefined;
    return config.ok && app !== undefined ? { config: config.value, app } : undefined;
  };
  return {
    tokens() {
      const found = configured();
      return found && ((host) => keepTokens(found.app, found.config.tokenBase, host));
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
      const read = found && (await readAccountSettings(env(), found.config, found.app));
      return read?.ok === true ? read.value : undefined;
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
