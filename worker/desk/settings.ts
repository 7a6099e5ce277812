/** The desk's part of the settings document, in the form in which the desk uses it. */
import * as v from "valibot";
import { DeskSchema, type DeskPart } from "../../shared/api/settings/desk.ts";
import type { EndTexts } from "../conversation/core/session/service-text.ts";
import type { SaidText } from "./core/command.ts";
import type { DeskSettings } from "./core/state.ts";

/** The desk's settings of every account, held in memory, because decisions of the desk must not wait. */
export interface DeskSettingsSource {
  /** Returns the settings in force for an account, `channel:account`; undefined: those of no particular account. */
  readonly of: (account: string | undefined) => DeskSettings;
  /** Returns a text in force for an account, with its variables filled. */
  readonly said: (account: string | undefined, name: SaidText) => string;
  /** Returns the texts for the end of a session, also with their variables filled. */
  readonly end: (account: string | undefined) => EndTexts;
  /** Reads the settings document again. Returns whether it has changed. Never rejects. */
  readonly refresh: () => Promise<boolean>;
}

/** The desk's settings of a document that has none. */
export const DEFAULT_DESK: DeskPart = v.parse(DeskSchema, {});

const made = new WeakMap<DeskPart, DeskSettings>();

/** Returns the settings with their times in milliseconds; the same object for the same part. */
export function toDeskSettings(part: DeskPart = DEFAULT_DESK): DeskSettings {
  const known = made.get(part);
  if (known !== undefined) return known;
  const settings: DeskSettings = {
    offerMs: part.offerSeconds * 1_000,
    maxMissedOffers: part.maxMissedOffers,
    idleWarningMs: toMs(part.idleWarningMinutes),
    idleCloseMs: toMs(part.idleCloseMinutes),
  };
  made.set(part, settings);
  return settings;
}

function toMs(minutes: number | null): number | null {
  return minutes === null ? null : minutes * 60_000;
}
