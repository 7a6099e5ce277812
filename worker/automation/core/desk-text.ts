/** Fills the variables of a text that the desk sends: opening hours, date and time. Pure. */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import { renderTemplate, type VariableName } from "../../../shared/api/settings/template.ts";
import { describeHours, toLocalTime } from "./hours.ts";

/**
 * Fills the variables of a text. Variables about a user's message or entry become empty.
 *
 * @param settings the settings in force for the account
 * @param now epoch ms
 */
export function renderDeskText(settings: Settings, text: string, now: number): string {
  const readers: Readonly<Partial<Record<VariableName, () => string>>> = {
    openHours: () => describeHours(settings, "zh"),
    openHoursEn: () => describeHours(settings, "en"),
    date: () => toLocalTime(settings.timeZone, now).date,
    time: () => toLocalTime(settings.timeZone, now).time,
  };
  return renderTemplate(text, (name) => readers[name]?.() ?? "");
}
