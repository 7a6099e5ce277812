/** The texts that a user gets when a session is closed, as the settings have them. */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import { renderDeskText } from "../../automation/core/desk-text.ts";
import type { EndTexts } from "../../conversation/core/session/service-text.ts";

/**
 * Returns the texts with their variables filled.
 *
 * @param settings the settings in force for the account
 * @param now epoch ms
 */
export function renderEndTexts(settings: Settings, now: number): EndTexts {
  const { closing = null, rating = null } = settings.desk?.texts ?? {};
  return {
    ...(closing !== null && { closing: renderDeskText(settings, closing, now) }),
    ...(rating !== null && { rating: renderDeskText(settings, rating, now) }),
  };
}
