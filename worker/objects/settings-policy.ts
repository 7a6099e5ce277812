/**
 * The configuration that settings are validated against, read for each validation, because it may change while the
 * object lives.
 */
import { formatAccount, miniProgramAccount } from "../../shared/message/address.ts";
import { rulesOf } from "../config/account-rules.ts";
import { configOf } from "../config/config.ts";
import type { SettingsPolicy } from "../settings/documents.ts";

/**
 * Returns the accounts that settings may name, their rules, and which webhooks are allowed; undefined while the
 * configuration is incomplete.
 */
export function settingsPolicyOf(env: Env): SettingsPolicy | undefined {
  const config = configOf(env);
  if (!config.ok) return undefined;
  const { apps, webhookSecrets: secrets, allowPrivateWebhooks: allowPrivate } = config.value;
  return {
    accounts: apps.map((app) => {
      const account = miniProgramAccount(app.appid);
      return { key: formatAccount(account), account: account.account, rules: rulesOf(app) };
    }),
    secrets,
    allowPrivate,
  };
}
