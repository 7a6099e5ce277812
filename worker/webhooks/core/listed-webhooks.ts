/**
 * The webhooks of one account's settings as a caller of the account object read them. The object has no settings: it
 * follows the newest version its callers have read. Pure.
 */
import type { SettingsVersion } from "../../../shared/api/settings/version.ts";
import type { Webhook } from "../../../shared/api/settings/webhooks.ts";

/** Webhooks with the version of the settings that list them. Crosses RPC, and is stored. */
export interface ListedWebhooks {
  readonly version: number;
  readonly webhooks: readonly Webhook[];
}

/** Before any settings were read. */
export const NO_WEBHOOKS: ListedWebhooks = { version: 0, webhooks: [] };

/** The webhooks of settings. */
export function toListed({ version, settings }: SettingsVersion): ListedWebhooks {
  return { version, webhooks: settings.webhooks };
}

/** Whether a caller has read newer settings than those known. Without webhooks in either there is nothing to update. */
export function isNewer(read: ListedWebhooks, known: ListedWebhooks): boolean {
  return read.version > known.version && read.webhooks.length + known.webhooks.length > 0;
}
