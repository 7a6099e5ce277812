/**
 * Reports newly stored settings to the account object, so that an endpoint they add receives every event of the
 * account from then on. Otherwise events could be missing for about two minutes, while callers that store an event
 * still have the previous settings. When the report is lost, the account applies the settings with its next caller that
 * has read them.
 */
import { versionFor, type DocumentVersion } from "../../../shared/api/settings/version.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { toListed, type ListedWebhooks } from "../../webhooks/core/listed-webhooks.ts";
import type { Services } from "../services.ts";

/** Reports the webhooks of newly stored settings to the account object, after the response; without one, nothing. */
export function reportSettings(services: Services, version: DocumentVersion): void {
  const listed = toListed(versionFor(version, services.accountKey));
  // Without a webhook there is no endpoint to add. The records of a removed endpoint are deleted when the next caller
  // passes the settings.
  if (listed.webhooks.length > 0) services.waitUntil(report(services, listed));
}

async function report({ accountConfig, account }: Services, listed: ListedWebhooks): Promise<void> {
  try {
    await account().followSettings(listed);
  } catch (error) {
    writeLog("settings_not_reported", { ...miniProgramAccount(accountConfig.appid), error: errorName(error) });
  }
}
