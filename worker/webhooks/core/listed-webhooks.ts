/**
 * The webhooks of one account's settings, as read by a caller of the account object. The object reads no settings: it
 * uses the newest version that its callers have read. Pure.
 */
import type { SettingsVersion } from "../../../shared/api/settings/version.ts";
import type { Webhook } from "../../../shared/api/settings/webhooks.ts";

/** Webhooks with the version of the settings that contain them. Crosses RPC, and is stored. */
export interface ListedWebhooks {
  readonly version: number;
  readonly webhooks: readonly Webhook[];
}

/** The value before any settings were read. */
export const NO_WEBHOOKS: ListedWebhooks = { version: 0, webhooks: [] };

/** Returns the webhooks of settings. */
export function toListed({ version, settings }: SettingsVersion): ListedWebhooks {
  return { version, webhooks: settings.webhooks };
}

/**
 * Returns whether a caller has read newer settings than the known ones; false if neither contains webhooks, because
 * there is nothing to update.
 */
export function isNewer(read: ListedWebhooks, known: ListedWebhooks): boolean {
  return read.version > known.version && read.webhooks.length + known.webhooks.length > 0;
}
