/** A stored version of the settings, and the one in force while none is stored. */
import { DEFAULT_SETTINGS } from "./default.ts";
import type { Settings } from "./settings.ts";

/** One version of the settings; version 0: the defaults, no settings are stored. */
export interface SettingsVersion {
  readonly version: number;
  readonly settings: Settings;
  /** When it was stored, epoch ms; 0 for the defaults. */
  readonly updatedAt: number;
  /**
   * This worker cannot read the stored settings; `settings` are the defaults then, for callers of version 0.1.0 only.
   */
  readonly unreadable?: true;
}

/** The settings of an app before the first change. */
export const DEFAULT_SETTINGS_VERSION: SettingsVersion = { version: 0, settings: DEFAULT_SETTINGS, updatedAt: 0 };
