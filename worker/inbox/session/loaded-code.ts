/** The code for conversations with sessions, loaded together (`session-code.ts`). */
import type { Settings } from "../../../shared/api/settings/settings.ts";
import { businessMs } from "../../automation/core/business-hours.ts";
import { renderDeskText } from "../../automation/core/desk-text.ts";
import { isOpen } from "../../automation/core/hours.ts";
import type { DeskTerms } from "../../conversation/core/session/service.ts";
import { readChange, readSnapshot, recordSeen, runCommand } from "../../conversation/session/command.ts";
import { createService } from "../../conversation/session/create-service.ts";
import { createDeskNotifier } from "./desk-notifier.ts";
import type { LoadedSessionCode } from "./session-code.ts";

export const SESSION_CODE: LoadedSessionCode = {
  serve: (desk) => createService(desk, businessMs),
  toDeskTerms,
  runCommand,
  recordSeen,
  readSnapshot,
  readChange,
  createDeskNotifier,
};

/** The business hours as JSON, cached per settings object. */
const written = new WeakMap<Settings, string>();

/**
 * Returns the desk's terms at a time: whether it is open, its business hours (absent: always open), and the text that
 * thanks for a rating, with its variables filled (absent: none). @param now epoch ms
 */
function toDeskTerms(settings: Settings, now: number): DeskTerms {
  const isAlwaysOpen = settings.hours === undefined && settings.holidays.length + settings.specialDays.length === 0;
  const thanks = settings.desk?.texts.thanks ?? null;
  return {
    isOpen: isOpen(settings, now),
    ...(!isAlwaysOpen && { hours: writeHours(settings) }),
    ...(thanks !== null && { thanks: renderDeskText(settings, thanks, now) }),
  };
}

function writeHours(settings: Settings): string {
  const known = written.get(settings);
  if (known !== undefined) return known;
  const { timeZone, hours, holidays, specialDays } = settings;
  const text = JSON.stringify({ timeZone, hours, holidays, specialDays });
  written.set(settings, text);
  return text;
}
